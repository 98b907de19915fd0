/// A netCDF classic file (CDF-1 and CDF-2) taken apart: dimensions, attributes and variables.
///
/// All integers and numbers are big-endian; parts of the header are padded to four bytes:
///
///     'C' 'D' 'F' vv | numrecs | dims | attributes | variables | data
///
/// - vv: 1 with 4-byte places of data, 2 with 8-byte places. 5 and HDF5 (netCDF-4) are refused
/// - numrecs: records; FFFFFFFF where the writer was streaming, then the file's size tells
/// - dims: `0A` count { name length }; length 0 is the record dimension
/// - attributes: `0C` count { name type count values }
/// - variables: `0B` count { name rank dim* attributes type vsize begin }
/// - an empty list is eight zero bytes
///
/// Fixed variables lie where `begin` says; those of the record dimension are interleaved, each
/// record padded to four bytes unless there is exactly one such variable. `vsize` is not believed,
/// it is computed.
///
/// Source: the netCDF User's Guide, "File Format Specifications". Bounded by the size of the file;
/// every refusal names the byte. Pure; runs on any thread.
public struct NetCDFFile: Sendable {
  /// The external types of values.
  public enum Kind: Int, Sendable, Hashable {
    /// Signed bytes.
    case byte = 1
    /// Characters.
    case char
    /// Signed 16-bit integers.
    case short
    /// Signed 32-bit integers.
    case int
    /// 32-bit IEEE numbers.
    case float
    /// 64-bit IEEE numbers.
    case double

    /// Bytes of one value.
    public var size: Int {
      switch self {
      case .byte, .char: 1
      case .short: 2
      case .int, .float: 4
      case .double: 8
      }
    }

    /// The value that stands where nothing was written; none for bytes and characters.
    var fill: Double? {
      switch self {
      case .byte, .char: nil
      case .short: -32767
      case .int: -2_147_483_647
      case .float, .double: 0x1.ep+122
      }
    }
  }

  /// A dimension.
  public struct Dimension: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The length; of the record dimension how many records there are.
    public var length: Int
    /// Whether it is the record dimension.
    public var isRecord: Bool
  }

  /// An attribute.
  public struct Attribute: Sendable, Hashable {
    /// The name.
    public var name: String
    /// What its values are.
    public var kind: Kind
    /// Where its values begin.
    var place: Int
    /// How many there are.
    public var count: Int
  }

  /// A variable.
  public struct Variable: Sendable, Hashable {
    /// The name.
    public var name: String
    /// What its values are.
    public var kind: Kind
    /// Its dimensions, the slowest first.
    public var dimensions: [Dimension]
    /// Its attributes.
    public var attributes: [Attribute]
    /// Where its values begin.
    var begin: Int
    /// Where the variable stands in the header.
    var offset: Int

    /// Whether its first dimension is the record dimension.
    public var isRecord: Bool { dimensions.first?.isRecord ?? false }
    /// How many values it has.
    public var count: Int { dimensions.reduce(1) { $0 * $1.length } }
    /// How many values one record has; all of them where it is fixed.
    var perRecord: Int {
      (isRecord ? dimensions.dropFirst() : dimensions[...]).reduce(1) { $0 * $1.length }
    }
  }

  /// The most dimensions, attributes of one list, and variables that are read.
  public static let mostEntries = 8192

  /// The dimensions in the order of the file.
  public internal(set) var dimensions: [Dimension] = []
  /// The attributes of the file.
  public internal(set) var attributes: [Attribute] = []
  /// The variables in the order of the file.
  public internal(set) var variables: [Variable] = []
  /// The number of records.
  public internal(set) var records = 0
  /// Whether the number of records was not written and comes from the size of the file.
  public internal(set) var wasStreaming = false
  let bytes: [UInt8]
  /// The size of the whole file, of which `bytes` are at least the header.
  let size: Int
  var recordSize = 0

  /// Takes a file apart; values are not looked at yet.
  public init(_ bytes: [UInt8]) throws(FormatError) {
    try self.init(bytes, size: bytes.count)
  }

  /// Takes a file apart of which only the beginning is given; its values cannot be asked for here.
  init(_ bytes: [UInt8], size: Int) throws(FormatError) {
    self.bytes = bytes
    self.size = size
    var parser = NetCDFHeader(bytes: bytes)
    try parser.read(into: &self)
  }

  /// The attribute of the file of this name.
  public func attribute(_ name: String) -> Attribute? { attributes.first { $0.name == name } }

  /// The variable of this name.
  public func variable(_ name: String) -> Variable? { variables.first { $0.name == name } }

  /// The length of a dimension.
  public func length(_ dimension: String) -> Int? {
    dimensions.first { $0.name == dimension }?.length
  }
}

extension NetCDFFile {
  /// The text of an attribute without padding; nil where there is none, or it is empty.
  public func text(_ name: String) -> String? { attribute(name).flatMap(text) }

  /// The text of an attribute without the NUL and blanks around it; nil where nothing is left.
  public func text(_ attribute: Attribute) -> String? {
    guard attribute.kind == .char else { return nil }
    return Self.text(bytes[attribute.place..<attribute.place + attribute.count])
  }

  /// The text of an attribute of a variable.
  public func text(_ name: String, of variable: Variable) -> String? {
    variable.attributes.first { $0.name == name }.flatMap(text)
  }

  /// The first number of an attribute; nil where it is a text or has none.
  public func number(_ attribute: Attribute) -> Double? {
    guard attribute.kind != .char, attribute.count > 0 else { return nil }
    return value(attribute.kind, at: attribute.place)
  }

  /// The number of an attribute of a variable.
  public func number(_ name: String, of variable: Variable) -> Double? {
    variable.attributes.first { $0.name == name }.flatMap(number)
  }

  /// All values of a variable as numbers, nothing scaled; integers and floats are exact.
  ///
  /// Throws `netcdf-truncated` where the file ends before, `netcdf-inconsistent` for characters.
  public func numbers(of variable: Variable) throws(FormatError) -> [Double] {
    guard variable.kind != .char else {
      throw FormatError(
        .netcdf, .inconsistent, at: variable.offset, "\(variable.name) holds characters")
    }
    var numbers: [Double] = []
    try runs(of: variable) { (start, count) in
      let run = BigEndian.numbers(bytes[start..<start + count * variable.kind.size], variable.kind)
      if numbers.isEmpty {
        numbers = run
        if variable.isRecord { numbers.reserveCapacity(variable.count) }
      } else {
        numbers += run
      }
    }
    return numbers
  }

  /// The rows of a variable of characters, each without padding.
  public func texts(of variable: Variable) throws(FormatError) -> [String?] {
    guard variable.kind == .char, let width = variable.dimensions.last?.length, width > 0 else {
      return []
    }
    var all: [UInt8] = []
    try runs(of: variable) { (start, count) in all += bytes[start..<start + count] }
    return stride(from: 0, to: all.count - all.count % width, by: width).map {
      Self.text(all[$0..<$0 + width])
    }
  }

  /// Calls with every stretch of values that lie behind one another, after looking that all of them
  /// are in the file.
  private func runs(
    of variable: Variable, _ body: (_ start: Int, _ count: Int) -> Void
  ) throws(FormatError) {
    let size = variable.perRecord * variable.kind.size
    guard variable.isRecord else {
      guard size <= bytes.count - min(variable.begin, bytes.count) else {
        throw outside(variable)
      }
      return body(variable.begin, variable.perRecord)
    }
    guard records > 0, size > 0 else { return }
    let (span, over) = recordSize.multipliedReportingOverflow(by: records - 1)
    guard !over, variable.begin <= bytes.count, span <= bytes.count - variable.begin,
      size <= bytes.count - variable.begin - span
    else { throw outside(variable) }
    for record in 0..<records { body(variable.begin + record * recordSize, variable.perRecord) }
  }

  private func outside(_ variable: Variable) -> FormatError {
    FormatError(
      .netcdf, .truncated, at: bytes.count,
      "\(variable.name) with \(variable.count) values begins at \(variable.begin)")
  }

  /// One value; the place was checked before.
  private func value(_ kind: Kind, at place: Int) -> Double {
    switch kind {
    case .byte, .char: Double(Int8(bitPattern: bytes[place]))
    case .short:
      Double(Int16(bitPattern: UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])))
    case .int: Double(Int32(bitPattern: word(place)))
    case .float: Double(Float(bitPattern: word(place)))
    case .double: Double(bitPattern: UInt64(word(place)) << 32 | UInt64(word(place + 4)))
    }
  }

  private func word(_ place: Int) -> UInt32 {
    UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16 | UInt32(bytes[place + 2]) << 8
      | UInt32(bytes[place + 3])
  }

  /// A text up to its NUL, without blanks around it; bytes that are no UTF-8 are ISO 8859-1.
  static func text(_ bytes: ArraySlice<UInt8>) -> String? {
    let text = ForeignText.decode(bytes.prefix { $0 != 0 }).trimmingBlanks()
    return text.isEmpty ? nil : text
  }
}
