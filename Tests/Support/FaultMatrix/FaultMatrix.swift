internal import Foundation

/// Runs every fault on every driver over every front, and says what came of it.
public struct FaultMatrix: Sendable {
  private let program: String
  private let profiles: String

  /// Takes the built program, and the folder of the profiles.
  public init(program: String, profiles: String) {
    self.program = program
    self.profiles = profiles
  }

  /// Runs one case in a folder of its own, to its end or its bound.
  public func run(_ fault: FaultCase) async throws -> FaultRow {
    let folder = FileManager.default.temporaryDirectory.path + "/gf-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let began = ContinuousClock.now
    var row: FaultRow
    switch fault.front {
    case .inProcess:
      row = try await InProcessRunner(fault: fault, folder: folder, profiles: profiles).run()
    case .preload:
      row = try await ProgramRunner(program: program, fault: fault, folder: folder).run()
    case .pty:
      row = try await PtyRunner(program: program, fault: fault, folder: folder).run()
    }
    let spent = began.duration(to: .now).components
    row.seconds = Double(spent.seconds) + Double(spent.attoseconds) / 1e18
    return row
  }
}
