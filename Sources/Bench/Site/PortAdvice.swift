public import Laboratory
internal import Instruments
internal import Links

/// What a person should do about the state of a port, before anything is opened.
public enum PortAdvice {
  /// Fine, or the failure that opening would meet.
  public enum Judgement: Sendable {
    /// It can be opened, as far as can be seen.
    case ready
    /// It cannot.
    case state(Failure)
  }

  /// Judges a listed instrument by what its port says.
  public static func judge(_ instrument: ListedInstrument) -> Judgement {
    switch instrument.port.state {
    case .ready, .unknown: .ready
    case .denied:
      .state(
        LinkError.denied(node: instrument.port.node).failure(on: instrument.port.carrier))
    case .busy(let holder):
      .state(LinkError.busy(holder: holder).failure(on: instrument.port.carrier))
    }
  }
}
