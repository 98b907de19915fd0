internal import Formats
internal import Foundation
internal import Instruments
public import Laboratory

extension PlayedRun {
  /// Reads a run that another system finished, in any format that can be imported; a table of two or
  /// more columns with a first one `time_s`, `time_min` or `time` (seconds) needs no declaration.
  public init(file path: String) throws(Failure) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let bytes: [UInt8]
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      bytes = [UInt8](try handle.read(upToCount: MeasurementReader.largestFile + 1) ?? Data())
      try handle.close()
    } catch {
      throw Failure(
        "recording-unreadable", exit: .notFound, what: "The recording \(path) cannot be read.",
        why: error.localizedDescription, next: "Check the name and the rights of the file.")
    }
    guard bytes.count <= MeasurementReader.largestFile else {
      throw Self.unfit(name, "it is larger than 1 GiB")
    }
    try self.init(try Self.read(bytes, name), name: name)
  }

  private static func read(_ bytes: [UInt8], _ name: String) throws(Failure)
    -> Laboratory.Measurement
  {
    if MeasurementReader.recognise(bytes) == nil, let table = table(bytes) { return table }
    do throws(FormatError) {
      return try MeasurementReader.read(bytes).measurement
    } catch {
      throw error.failure
    }
  }

  /// A plain table of numbers below one line of names, the first column the time.
  private static func table(_ bytes: [UInt8]) -> Laboratory.Measurement? {
    let lines = bytes.split { $0 == 0x0A || $0 == 0x0D }
    guard let head = lines.first else { return nil }
    let names = cells(head)
    guard names.count >= 2, ["time", "time_s", "time_min"].contains(names[0]) else { return nil }
    let factor: Double = names[0] == "time_min" ? 60 : 1
    var traces = names.dropFirst().map { name in
      let parts = name.split(separator: "_")
      return Trace(
        name: parts.count > 1 ? parts.dropLast().joined(separator: "_") : name,
        unit: Unit(parts.count > 1 ? String(parts[parts.count - 1]) : "1"))
    }
    for (row, line) in lines.dropFirst().enumerated() {
      let numbers = cells(line).map(Double.init)
      guard numbers.count == names.count, let time = numbers[0] else { return nil }
      for (place, value) in numbers.dropFirst().enumerated() {
        guard let value else { return nil }
        traces[place].append(scan: row, time: time * factor, value: value, flags: [])
      }
    }
    return traces[0].times.isEmpty ? nil : Laboratory.Measurement(traces: traces)
  }

  private static func cells(_ line: ArraySlice<UInt8>) -> [String] {
    line.split(separator: 0x2C, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }
  }
}
