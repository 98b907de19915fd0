internal import Instruments
internal import Laboratory

/// Numbers and private fields of a tree, read out of the file's bytes.
struct ASMValues {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// A single number with its point moved.
  func number(_ value: JSONTree, by exponent: Int = 0) throws(FormatError) -> Double {
    guard case .number(let range) = value else {
      throw FormatError(.asm, .malformed, "a quantity whose value is no number")
    }
    guard let number = DecimalShift.number(bytes[range], by: exponent) else {
      throw FormatError(.asm, .badNumber, at: range.lowerBound, "a number that none can hold")
    }
    return number
  }

  /// A whole number; nil where it is none.
  func whole(_ range: Range<Int>) -> Int? {
    range.count > 18 ? nil : Int(String(decoding: bytes[range], as: UTF8.self))
  }

  /// An array of numbers with their points moved; null is nil.
  func numbers(_ value: JSONTree, by exponent: Int = 0) throws(FormatError) -> [Double?] {
    if case .array(let none) = value, none.isEmpty { return [] }
    if case .object = value, let count = value["length"], let start = value["start"] {
      return try steps(value, start, count, exponent)
    }
    guard case .numbers(let range, let count, _) = value else {
      throw FormatError(.asm, .unsupported, "a cube of other things than numbers")
    }
    var found: [Double?] = []
    found.reserveCapacity(count)
    var place = range.lowerBound + 1
    while place < range.upperBound {
      var end = place
      while bytes[end] != UInt8(ascii: ","), bytes[end] != UInt8(ascii: "]") { end += 1 }
      var cell = bytes[place..<end]
      while let first = cell.first, first <= 0x20 { cell.removeFirst() }
      while let last = cell.last, last <= 0x20 { cell.removeLast() }
      if cell.first == UInt8(ascii: "n") {
        found.append(nil)
      } else if let number = DecimalShift.number(cell, by: exponent) {
        found.append(number)
      } else {
        throw FormatError(.asm, .badNumber, at: cell.startIndex, "a number that none can hold")
      }
      place = end + 1
    }
    return found
  }

  /// A dimension that is given by its first value and its step.
  private func steps(
    _ value: JSONTree, _ start: JSONTree, _ length: JSONTree, _ exponent: Int
  ) throws(FormatError) -> [Double?] {
    guard value["type"]?.string ?? "linear" == "linear", case .number(let range) = length,
      let count = whole(range), (0...10_000_000).contains(count)
    else { throw FormatError(.asm, .unsupported, "a dimension that is no line") }
    let first = try number(start, by: exponent)
    var step = 1.0
    if let incr = value["incr"] { step = try number(incr, by: exponent) }
    return (0..<count).map { first + Double($0) * step }
  }

  /// The private fields of a document: texts, numbers as text.
  func custom(_ document: JSONTree) -> [(label: String, text: String)] {
    var found: [(label: String, text: String)] = []
    for item in document[ASMName.custom]?[ASMName.customItem]?.elements ?? [] {
      guard let label = item[ASMName.label]?.string else { continue }
      for member in item.members where member.name.hasPrefix("scalar ") {
        switch member.value {
        case .number(let range):
          found.append((label, String(decoding: bytes[range], as: UTF8.self)))
        case .word("null"): break
        case .word(let word): found.append((label, word))
        default:
          if let text = member.value.string { found.append((label, text)) }
        }
      }
    }
    return found
  }
}

/// Reads ASM JSON: chromatograms with their peaks, spectra over wavelength, wavenumber or mass.
///
/// Ours reads as what it was made from. Of other programs what the schemas say is read; cubes of two
/// dimensions are named and left out. The file's checksum is verified where it has one.
public enum ASMReader {
  /// The largest file that is read, bytes.
  public static let largestFile = 256 << 20

  /// Reads a file; `zone` counts for moments without one.
  public static func read(_ bytes: [UInt8], zone: String) throws(FormatError) -> ReadSource {
    try document(bytes, zone: zone).source
  }

  /// The tree of a file, and what it holds.
  static func document(
    _ bytes: [UInt8], zone: String
  ) throws(FormatError) -> (tree: JSONTree, source: ReadSource) {
    guard bytes.count <= largestFile else {
      throw FormatError(.asm, .tooLarge, "\(bytes.count) bytes, \(largestFile) are read")
    }
    let tree = try JSONParser.read(bytes)
    guard let manifest = tree[ASMName.manifest]?.string else {
      throw FormatError(.asm, .missing, "there is no \(ASMName.manifest)")
    }
    let aggregate =
      tree.members.first { $0.name.hasSuffix(" aggregate document") && $0.name != ASMName.custom }?
      .value ?? tree
    let values = ASMValues(bytes)
    let custom = values.custom(aggregate)
    let own = custom.filter { $0.label.hasPrefix(ASMName.own) && $0.label != ASMName.checksum }
      .map { FileFact(String($0.label.dropFirst(ASMName.own.count)), $0.text) }
    var reading = ASMReading(
      values, Dictionary(own.map { ($0.name, $0.value) }) { first, _ in first })
    let measurements = aggregate.members.filter { $0.name.hasSuffix(" document") }
      .flatMap { $0.value.elements }
      .compactMap { $0["measurement aggregate document"] }
    reading.source.measurement.facts["asm_manifest"] = ForeignText.plain(manifest)
    for (label, text) in custom where !label.hasPrefix(ASMName.own) {
      reading.source.measurement.facts[ForeignText.plain(label, most: 80)] = ForeignText.plain(text)
    }
    reading.identify(aggregate, measurements, zone)
    for group in measurements {
      for item in group["measurement document"]?.elements ?? [] { try reading.read(item) }
    }
    if let infrared = tree["Fourier transform infrared document"]?["measurement document"] {
      try reading.read(infrared)
    }
    try verify(bytes, isOurs: !own.isEmpty, &reading.source.warnings)
    return (tree, try reading.finish(own))
  }

  /// What the file calls the sample for people.
  static func title(_ tree: JSONTree) -> String? {
    if let title = tree["assay comment"]?.string { return title }
    for aggregate in tree.members {
      for document in aggregate.value.members {
        for item in document.value.elements {
          let group = item["measurement aggregate document"]?["measurement document"]
          if let title = group?.elements.first?["sample document"]?["written name"]?.string {
            return title
          }
        }
      }
    }
    return nil
  }

  /// Compares the checksum that a file of ours ends with.
  private static func verify(
    _ bytes: [UInt8], isOurs: Bool, _ warnings: inout [String]
  ) throws(FormatError) {
    let mark = Array("\"\(ASMName.checksum)\", \"\(ASMName.string)\": \"".utf8)
    let tail = bytes.suffix(200)
    guard let found = tail.lastRange(of: mark) else {
      if isOurs {
        warnings.append(
          "the file was written again by another program: its checksum cannot be verified")
      }
      return
    }
    var sum = Checksum()
    sum.add(bytes[..<found.upperBound])
    let said = String(decoding: bytes[found.upperBound...].prefix(8), as: UTF8.self)
    guard said == sum.text else {
      throw FormatError(
        .asm, .checksum, at: found.upperBound,
        "the file says \(said), its bytes give \(sum.text)")
    }
  }
}

extension ArraySlice<UInt8> {
  /// Where these bytes stand last.
  func lastRange(of wanted: [UInt8]) -> Range<Int>? {
    guard count >= wanted.count else { return nil }
    var place = endIndex - wanted.count
    while place >= startIndex {
      if self[place..<place + wanted.count].elementsEqual(wanted) {
        return place..<place + wanted.count
      }
      place -= 1
    }
    return nil
  }
}
