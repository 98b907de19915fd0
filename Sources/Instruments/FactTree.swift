/// A tree of plain facts as a profile states them, decodable into a driver's own type.
///
/// Drivers must not import a file format or Foundation; they declare a `Decodable` structure and
/// call `decode`. Errors name the path of the fact (`facts.spectrum.high_speed[1]`).
public indirect enum FactTree: Sendable, Hashable {
  /// No value.
  case null
  /// True or false.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number with a fraction or an exponent.
  case number(Double)
  /// A text.
  case text(String)
  /// Facts in order.
  case list([FactTree])
  /// Facts by name.
  case map([String: FactTree])

  /// Makes a value of the driver's own type from the tree.
  public func decode<T: Decodable>(_ type: T.Type) throws(DriverError) -> T {
    do {
      return try T(from: FactDecoder(tree: self, codingPath: []))
    } catch let error as DecodingError {
      throw .unusableProfile(detail: FactDecoder.say(error))
    } catch {
      throw .unusableProfile(detail: "\(error)")
    }
  }

  var kind: String {
    switch self {
    case .null: "nothing"
    case .bool: "true or false"
    case .integer: "a whole number"
    case .number: "a number"
    case .text: "a text"
    case .list: "a list"
    case .map: "a map"
    }
  }
}
