/// Writes netCDF classic files for tests, by the specification and by nothing of ours.
struct NetCDFBuilder {
  enum Value {
    case text(String)
    case bytes([Int8])
    case shorts([Int16])
    case ints([Int32])
    case floats([Float])
    case doubles([Double])

    var kind: Int {
      switch self {
      case .bytes: 1
      case .text: 2
      case .shorts: 3
      case .ints: 4
      case .floats: 5
      case .doubles: 6
      }
    }

    var size: Int { [1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8][kind] ?? 1 }

    var count: Int { raw.count / size }

    var raw: [UInt8] {
      func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map {
          UInt8(truncatingIfNeeded: number >> Number(Number.bitWidth - 8 - 8 * $0))
        }
      }
      switch self {
      case .text(let text): return Array(text.utf8)
      case .bytes(let all): return all.map { UInt8(bitPattern: $0) }
      case .shorts(let all): return all.flatMap(big)
      case .ints(let all): return all.flatMap(big)
      case .floats(let all): return all.flatMap { big($0.bitPattern) }
      case .doubles(let all): return all.flatMap { big($0.bitPattern) }
      }
    }
  }

  struct Variable {
    var name: String
    var dimensions: [String]
    var value: Value
    var attributes: [(String, Value)] = []
  }

  /// Length 0 is the record dimension.
  var dimensions: [(String, Int)] = []
  var attributes: [(String, Value)] = []
  var variables: [Variable] = []
  var records = 0
  var isWide = false
  /// Writes FFFFFFFF for the number of records.
  var isStreaming = false

  mutating func add(
    _ name: String, _ dimensions: [String], _ value: Value, _ attributes: [(String, Value)] = []
  ) {
    variables.append(
      Variable(name: name, dimensions: dimensions, value: value, attributes: attributes))
  }

  private func word(_ number: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
  }

  private func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + Array(repeating: 0, count: (4 - bytes.count % 4) % 4)
  }

  private func name(_ text: String) -> [UInt8] {
    word(text.utf8.count) + padded(Array(text.utf8))
  }

  private func list(_ tag: Int, _ entries: [[UInt8]]) -> [UInt8] {
    entries.isEmpty ? word(0) + word(0) : word(tag) + word(entries.count) + entries.flatMap { $0 }
  }

  private func attributes(_ all: [(String, Value)]) -> [UInt8] {
    list(
      12, all.map { name($0.0) + word($0.1.kind) + word($0.1.count) + padded($0.1.raw) })
  }

  private func isRecord(_ variable: Variable) -> Bool {
    dimensions.contains { $0.0 == variable.dimensions.first && $0.1 == 0 }
  }

  private func header(_ places: [Int]) -> [UInt8] {
    var bytes = Array("CDF".utf8) + [isWide ? 2 : 1]
    bytes += isStreaming ? [255, 255, 255, 255] : word(records)
    bytes += list(10, dimensions.map { name($0.0) + word($0.1) })
    bytes += attributes(attributes)
    bytes += list(
      11,
      zip(variables, places).map { variable, place in
        let ids = variable.dimensions.map { wanted in
          dimensions.firstIndex { $0.0 == wanted } ?? -1
        }
        let own =
          isRecord(variable)
          ? variable.value.raw.count / max(records, 1)
          : variable.value.raw.count
        return name(variable.name) + word(ids.count) + ids.flatMap(word)
          + attributes(variable.attributes) + word(variable.value.kind) + word((own + 3) / 4 * 4)
          + (isWide ? word(0) : []) + word(place)
      })
    return bytes
  }

  /// The bytes of the file.
  func file() -> [UInt8] {
    var places = variables.map { _ in 0 }
    var data: [UInt8] = []
    let start = header(places).count
    for (index, variable) in variables.enumerated() where !isRecord(variable) {
      places[index] = start + data.count
      data += padded(variable.value.raw)
    }
    let recordVariables = variables.indices.filter { isRecord(variables[$0]) }
    for record in 0..<max(records, 0) {
      for index in recordVariables {
        let raw = variables[index].value.raw
        let own = raw.count / max(records, 1)
        if record == 0 { places[index] = start + data.count }
        let row = Array(raw[record * own..<(record + 1) * own])
        // One record variable alone is not padded.
        data += recordVariables.count == 1 ? row : padded(row)
      }
    }
    return header(places) + data
  }
}
