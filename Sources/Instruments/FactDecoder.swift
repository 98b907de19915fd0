/// Decodes `FactTree` values; the part of `Codable` that profiles use.
struct FactDecoder: Decoder {
  let tree: FactTree
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .map(let map) = tree else { throw mismatch(type, "a map") }
    return KeyedDecodingContainer(FactMap(map: map, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .list(let list) = tree else { throw mismatch([FactTree].self, "a list") }
    return FactList(list: list, codingPath: codingPath)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    FactValue(tree: tree, codingPath: codingPath)
  }

  func mismatch(_ type: Any.Type, _ wanted: String) -> DecodingError {
    .typeMismatch(
      type,
      .init(codingPath: codingPath, debugDescription: "must be \(wanted), but is \(tree.kind)"))
  }

  static func say(_ error: DecodingError) -> String {
    func path(_ keys: [any CodingKey]) -> String {
      keys.reduce("facts") { text, key in
        key.intValue.map { "\(text)[\($0)]" } ?? "\(text).\(key.stringValue)"
      }
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "\(path(context.codingPath + [key])) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      return "\(path(context.codingPath)) \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }
}

private struct FactIndex: CodingKey {
  let index: Int
  var intValue: Int? { index }
  var stringValue: String { String(index) }
  init(_ index: Int) { self.index = index }
  init?(intValue: Int) { index = intValue }
  init?(stringValue: String) { return nil }
}

private struct FactMap<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let map: [String: FactTree]
  let codingPath: [any CodingKey]

  var allKeys: [Key] { map.keys.compactMap(Key.init(stringValue:)) }

  func contains(_ key: Key) -> Bool { map[key.stringValue] != nil }

  func decodeNil(forKey key: Key) throws -> Bool { (map[key.stringValue] ?? .null) == .null }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try T(from: superDecoder(forKey: key))
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try superDecoder(forKey: key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try superDecoder(forKey: key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    FactDecoder(tree: .map(map), codingPath: codingPath)
  }

  func superDecoder(forKey key: Key) throws -> any Decoder {
    guard let tree = map[key.stringValue] else {
      throw DecodingError.keyNotFound(
        key, .init(codingPath: codingPath, debugDescription: "is missing"))
    }
    return FactDecoder(tree: tree, codingPath: codingPath + [key])
  }
}

private struct FactList: UnkeyedDecodingContainer {
  let list: [FactTree]
  let codingPath: [any CodingKey]
  var currentIndex = 0

  init(list: [FactTree], codingPath: [any CodingKey]) {
    self.list = list
    self.codingPath = codingPath
  }

  var count: Int? { list.count }
  var isAtEnd: Bool { currentIndex >= list.count }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, list[currentIndex] == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: superDecoder()) }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try superDecoder().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try superDecoder().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder {
    let path = codingPath + [FactIndex(currentIndex)]
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        FactTree.self, .init(codingPath: path, debugDescription: "is missing"))
    }
    defer { currentIndex += 1 }
    return FactDecoder(tree: list[currentIndex], codingPath: path)
  }
}

private struct FactValue: SingleValueDecodingContainer {
  let tree: FactTree
  let codingPath: [any CodingKey]

  func decodeNil() -> Bool { tree == .null }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let value) = tree else { throw refused(type, "true or false") }
    return value
  }

  func decode(_ type: String.Type) throws -> String {
    guard case .text(let value) = tree else { throw refused(type, "a text") }
    return value
  }

  func decode(_ type: Double.Type) throws -> Double {
    switch tree {
    case .number(let value): return value
    case .integer(let value): return Double(value)
    default: throw refused(type, "a number")
    }
  }

  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
  func decode(_ type: Int.Type) throws -> Int { try whole(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try whole(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try whole(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try whole(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try whole(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try whole(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try whole(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try whole(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try whole(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try whole(type) }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try T(from: FactDecoder(tree: tree, codingPath: codingPath))
  }

  private func whole<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    guard case .integer(let value) = tree else { throw refused(type, "a whole number") }
    guard let fitting = T(exactly: value) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: codingPath,
          debugDescription: "is \(value); only \(T.min) to \(T.max) can be used"))
    }
    return fitting
  }

  private func refused(_ type: Any.Type, _ wanted: String) -> DecodingError {
    .typeMismatch(
      type,
      .init(codingPath: codingPath, debugDescription: "must be \(wanted), but is \(tree.kind)"))
  }
}
