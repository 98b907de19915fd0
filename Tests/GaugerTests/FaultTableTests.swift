import Emulation
import FaultMatrix
import Foundation
import Testing

/// Every fault leads to its named error and exit code, keeps what was taken, leaves the instrument
/// harmless and usable.
///
/// `make faults` runs every case, prints the table and minds the time; here each driver meets each fault, and each
/// front too.
@Suite(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct FaultTableTests {
  static let cases = FaultCase.all(fronts: Set(Front.allCases)).filter { fault in
    switch fault.model {
    case "usb2000plus": fault.front == .inProcess
    case "usb4000": fault.front == .preload
    default: true
    }
  }

  @Test(.tags(.slow), .timeLimit(.minutes(10)), arguments: cases)
  func aFaultEndsAsItMust(_ fault: FaultCase) async throws {
    let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let matrix = FaultMatrix(
      program: try #require(Program.path), profiles: checkout.path + "/DeviceProfiles")
    let row = try await matrix.run(fault)
    #expect(row.deviations.isEmpty, "\(row.cells): \(row.deviations)")
  }

  @Test func theTableHoldsEveryFaultOnEveryDriverAndFront() {
    let all = FaultCase.all(fronts: Set(Front.allCases))
    for model in FaultCase.models {
      for fault in Fault.allCases {
        #expect(
          all.contains { $0.model == model && $0.plan.hasPrefix(fault.rawValue) },
          "\(fault.rawValue) on \(model)")
      }
    }
    for front in Front.allCases { #expect(all.contains { $0.front == front }) }
  }

  @Test func aWrongOutcomeIsADeviation() {
    let fault = Self.cases[0]
    #expect(FaultRow(fault).deviations.count >= 4)
  }
}
