internal import Foundation

/// Runs a case with the program itself, in a world where the instrument is plugged in.
struct ProgramRunner {
  let program: String
  let fault: FaultCase
  let folder: String

  func run() async throws -> FaultRow {
    var row = FaultRow(fault)
    let words = fault.words(home: folder + "/home")
    let status = try await Child.run(
      [program, "emulate", fault.model, "--speed", "100", "--faults", fault.plan, "--"]
        + ["/bin/sh", "-c", Self.script, program, fault.address, folder, "\(FaultCase.scans)"]
        + [fault.isSerial ? "serial" : ""] + words,
      saying: folder + "/world")
    guard status == 0 else {
      row.code = status == 124 ? "HANGS" : "ended by \(status)"
      return row
    }
    func number(_ name: String) -> Int32 {
      Int32(Child.text("\(folder)/\(name)").trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }
    row.exit = number("first.exit")
    row.nextWorks = number("second.exit") == 0
    row.takeCode(from: Child.text(folder + "/first"))
    try row.takeRun(home: folder + "/home")
    let told = Child.text(folder + "/world")
    row.injected = told.matches(of: /: fault [a-z-]+/).count
    row.leftOn = (told.firstMatch(of: /left switched on: ([^\n]*)/)?.1 ?? "")
      .split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      .map { $0 == "nothing" ? "" : $0 }
    return row
  }

  /// Two runs one after the other, each with what it said and its exit code in files.
  ///
  /// What is on a line is known by its serial number once it was there; before, the line is named.
  private static let script = """
    program=$0 address=$1 folder=$2 scans=$3 kind=$4; shift 4
    first=$address
    if [ "$kind" = serial ]; then first=serial:$GAUGER_EMULATED_PORT; fi
    "$program" acquire "$first" --sample first --scans "$scans" "$@" >"$folder/first" 2>&1
    echo $? >"$folder/first.exit"
    "$program" acquire "$address" --sample second --scans 2 "$@" >"$folder/second" 2>&1
    echo $? >"$folder/second.exit"
    """
}
