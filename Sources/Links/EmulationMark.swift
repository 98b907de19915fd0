internal import Foundation

/// Decides whether an instrument is one of our emulators; the only place that does.
///
/// Whatever is measured through an emulator is marked so in every journal, file and delivery.
public enum EmulationMark {
  /// The maker's name that every emulated USB device states.
  public static let maker = "Gauger Emulation"
  /// The environment variable that an emulator sets for the programs it starts.
  public static let variable = "GAUGER_EMULATION"
  /// The environment variable of the preload bench: the folder that stands for `/sys` and `/dev`.
  public static let benchVariable = "UMOCKDEV_DIR"

  /// Whether a device with this maker's name, seen from this environment, is emulated.
  ///
  /// In doubt it is: an environment variable counts with any content but none, and a
  /// pseudo-terminal is emulated unless the site declares that it is bridged to a real instrument.
  /// Without an `environment`, that of this process counts.
  public static func isEmulated(
    maker: String?, isPseudoTerminal: Bool = false, isBridged: Bool = false,
    environment: [String: String]? = nil
  ) -> Bool {
    let environment = environment ?? ProcessInfo.processInfo.environment
    if isPseudoTerminal, !isBridged { return true }
    if maker?.trimmingCharacters(in: .whitespacesAndNewlines) == Self.maker { return true }
    return [variable, benchVariable].contains { environment[$0]?.isEmpty == false }
  }

  /// The folder of the preload bench that this process lives in, if it does.
  static var benchFolder: String? {
    guard let folder = ProcessInfo.processInfo.environment[benchVariable], !folder.isEmpty else {
      return nil
    }
    return folder
  }
}
