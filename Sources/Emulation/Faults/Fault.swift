/// What can be made to go wrong with an emulated instrument; the same names in every front.
public enum Fault: String, Sendable, Hashable, CaseIterable {
  /// No answer comes.
  case silent
  /// The end point refuses until its stall is cleared; a serial line is mute until plugged anew.
  case stall
  /// The answer ends early.
  case short
  /// More comes than was asked for.
  case babble
  /// One bit of the answer is another one.
  case bitRot = "bit-rot"
  /// The byte that marks the end, or the echo of a command, is another one or not there.
  case missingSync = "missing-sync"
  /// The plug is pulled while an answer is under way.
  case unplug
  /// Another program has the instrument.
  case busy
  /// A command is never taken.
  case stuckOut = "stuck-out"
  /// The answer comes late.
  case slow
  /// The instrument states another serial number than the bus.
  case wrongSerial = "wrong-serial"
  /// The instrument states a firmware from before its time.
  case oldFirmware = "old-firmware"
}

extension Fault {
  /// What a fault is counted by.
  enum Unit: String, Sendable {
    case frame, command, claim
  }

  /// What it may be counted by, the usual first; empty for what is so from the beginning.
  var units: [Unit] {
    switch self {
    case .busy: [.claim]
    case .stuckOut: [.command]
    case .wrongSerial, .oldFirmware: []
    default: [.frame, .command]
    }
  }

  /// One sentence for people: what it does on USB, then on a serial line where that differs.
  public var about: String {
    switch self {
    case .silent: "no answer comes"
    case .stall: "the end point refuses until its stall is cleared; serial: mute until replugged"
    case .short: "three eighths of the answer come; serial: its last 3 bytes are missing"
    case .babble: "more comes than was asked for; serial: 8 bytes follow the answer"
    case .bitRot: "one bit of the answer is flipped"
    case .missingSync: "the end mark or echo is wrong; serial: one byte is missing"
    case .unplug:
      "the plug is pulled in the middle of the answer; with `:back` it comes back at"
        + " another port when the program has let go"
    case .busy: "another program has the instrument"
    case .stuckOut: "the command is never taken; serial: it is lost"
    case .slow: "the answer comes late by the time given (`slow@2:50ms`)"
    case .wrongSerial: "its memory states another serial number than the bus (`wrong-serial:X1`)"
    case .oldFirmware: "it states firmware 0.1"
    }
  }
}
