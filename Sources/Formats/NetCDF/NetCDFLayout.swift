/// What a netCDF classic file of kind 1 is to hold, and where: dimensions, attributes, variables.
///
/// Dimensions are fixed. One of length 0, which the format cannot spell, becomes the record
/// dimension without records; there can be one such. Values are not here but come behind, by
/// ``NetCDFWriter``. The bytes of the header are those that ``NetCDFFile`` describes.
struct NetCDFLayout {
  /// The values of an attribute.
  enum Value: Sendable, Hashable {
    case text([UInt8])
    case shorts([Int16])
    case ints([Int32])
    case floats([Float])
    case doubles([Double])

    var kind: NetCDFFile.Kind {
      switch self {
      case .text: .char
      case .shorts: .short
      case .ints: .int
      case .floats: .float
      case .doubles: .double
      }
    }

    var bytes: [UInt8] {
      func big(_ numbers: [some FixedWidthInteger]) -> [UInt8] {
        numbers.flatMap { number in
          (0..<number.bitWidth / 8).map {
            UInt8(truncatingIfNeeded: number >> (number.bitWidth - 8 - 8 * $0))
          }
        }
      }
      switch self {
      case .text(let bytes): return bytes
      case .shorts(let numbers): return big(numbers)
      case .ints(let numbers): return big(numbers)
      case .floats(let numbers): return big(numbers.map(\.bitPattern))
      case .doubles(let numbers): return big(numbers.map(\.bitPattern))
      }
    }
  }

  struct Attribute: Sendable, Hashable {
    var name: String
    var value: Value
  }

  struct Variable {
    var name: String
    var kind: NetCDFFile.Kind
    /// Places in the list of dimensions, the slowest first.
    var dimensions: [Int]
    var attributes: [Attribute]
    /// Where its values begin, and how many bytes they are with the padding behind them.
    var begin = 0
    var size = 0
  }

  /// The largest file of kind 1 that every reader takes: places are signed 32-bit numbers.
  static let largestFile = Int(Int32.max) - 3

  private(set) var dimensions: [(name: String, length: Int)] = []
  private(set) var variables: [Variable] = []
  var attributes: [Attribute] = []

  /// Adds a dimension and gives its place.
  mutating func dimension(_ name: String, _ length: Int) -> Int {
    dimensions.append((name, length))
    return dimensions.count - 1
  }

  /// Adds a variable and gives its place.
  mutating func variable(
    _ name: String, _ kind: NetCDFFile.Kind, _ dimensions: [Int] = [],
    _ attributes: [Attribute] = []
  ) -> Int {
    variables.append(
      Variable(name: name, kind: kind, dimensions: dimensions, attributes: attributes))
    return variables.count - 1
  }

  /// Changes the value of an attribute of the file into one of the same type and length.
  mutating func set(_ name: String, _ value: Value) {
    guard let place = attributes.firstIndex(where: { $0.name == name }) else { return }
    let old = attributes[place].value
    precondition(
      old.kind == value.kind && old.bytes.count == value.bytes.count, "the header would grow")
    attributes[place].value = value
  }

  /// Gives every variable its place; returns the size of the file in bytes.
  ///
  /// Throws `netcdf-shape` where the file were larger than the format can be, or has two dimensions
  /// of length 0.
  mutating func arrange() throws(FormatError) -> Int {
    guard dimensions.count(where: { $0.length == 0 }) <= 1 else {
      throw FormatError(.netcdf, .shape, "two dimensions of length 0")
    }
    guard attributes.count <= NetCDFFile.mostEntries, variables.count <= NetCDFFile.mostEntries
    else {
      throw FormatError(
        .netcdf, .shape, "\(attributes.count) attributes, \(NetCDFFile.mostEntries) are read")
    }
    var end = header().count
    for index in variables.indices where !isRecord(variables[index]) {
      let count = variables[index].dimensions.reduce(1) { $0 * dimensions[$1].length }
      variables[index].begin = end
      variables[index].size = (count * variables[index].kind.size + 3) / 4 * 4
      end += variables[index].size
    }
    guard end <= Self.largestFile else {
      throw FormatError(
        .netcdf, .shape,
        "\(end) bytes, and a file of netCDF classic has at most \(Self.largestFile)")
    }
    var place = end
    for index in variables.indices where isRecord(variables[index]) {
      variables[index].begin = place
      place += record(variables[index])
    }
    return end
  }

  /// The header as it stands now; its size never depends on places.
  func header() -> [UInt8] {
    var bytes = Array("CDF".utf8) + [1]
    Self.put(0, to: &bytes)
    Self.list(10, dimensions.count, to: &bytes)
    for dimension in dimensions {
      Self.put(dimension.name, to: &bytes)
      Self.put(dimension.length, to: &bytes)
    }
    Self.put(attributes, to: &bytes)
    Self.list(11, variables.count, to: &bytes)
    for variable in variables {
      Self.put(variable.name, to: &bytes)
      Self.put(variable.dimensions.count, to: &bytes)
      for dimension in variable.dimensions { Self.put(dimension, to: &bytes) }
      Self.put(variable.attributes, to: &bytes)
      Self.put(variable.kind.rawValue, to: &bytes)
      Self.put(isRecord(variable) ? record(variable) : variable.size, to: &bytes)
      Self.put(variable.begin, to: &bytes)
    }
    return bytes
  }

  private func isRecord(_ variable: Variable) -> Bool {
    variable.dimensions.first.map { dimensions[$0].length == 0 } ?? false
  }

  /// The bytes of one record.
  private func record(_ variable: Variable) -> Int {
    let count = variable.dimensions.dropFirst().reduce(1) { $0 * dimensions[$1].length }
    return (count * variable.kind.size + 3) / 4 * 4
  }

  private static func put(_ number: Int, to bytes: inout [UInt8]) {
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  private static func put(_ name: String, to bytes: inout [UInt8]) {
    put(name.utf8.count, to: &bytes)
    bytes += Array(name.utf8)
    pad(&bytes)
  }

  private static func put(_ attributes: [Attribute], to bytes: inout [UInt8]) {
    list(12, attributes.count, to: &bytes)
    for attribute in attributes {
      let values = attribute.value.bytes
      put(attribute.name, to: &bytes)
      put(attribute.value.kind.rawValue, to: &bytes)
      put(values.count / attribute.value.kind.size, to: &bytes)
      bytes += values
      pad(&bytes)
    }
  }

  /// An empty list is eight zero bytes.
  private static func list(_ tag: Int, _ count: Int, to bytes: inout [UInt8]) {
    put(count == 0 ? 0 : tag, to: &bytes)
    put(count, to: &bytes)
  }

  private static func pad(_ bytes: inout [UInt8]) {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }
}
