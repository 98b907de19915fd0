/// The subfiles of an SPC file: a 32-byte head, x where each has its own, values.
///
///     f e i i t t t t t t t t . . . . p p p p | ...
///
/// - e: the exponent, as in the header; it counts in files of several
/// - i: the number, from 0; t: z of this one and of the next, 32-bit floats
/// - p: points, where each subfile has its own x
struct SPCSubfile {
  /// What it stands at.
  var z: Double
  /// Its own x; nil where all have one.
  var x: [Double]?
  var values: [Double]
  /// Where it begins.
  var offset: Int
}

/// Reads the subfiles of one file.
struct SPCSubfiles {
  let fields: BinaryFields
  let header: SPCHeader
  /// Stored or computed x of all subfiles; empty where each has its own.
  private(set) var x: [Double] = []
  private(set) var subfiles: [SPCSubfile] = []
  /// Where the data ends.
  private(set) var end = 0
  private(set) var warnings: [String] = []
  /// Points of all subfiles so far.
  private var total = 0

  init(_ fields: BinaryFields, _ header: SPCHeader) throws(FormatError) {
    self.fields = fields
    self.header = header
    if header.hasOwnX {
      try readOwnX()
    } else {
      try readCommonX()
    }
  }

  // MARK: - One x for all

  private mutating func readCommonX() throws(FormatError) {
    let count = header.points
    guard count > 0, count <= fields.bytes.count else {
      throw FormatError(.spc, .badNumber, at: 4, "\(count) points in \(fields.bytes.count) bytes")
    }
    var place = header.size
    if header.hasStoredX {
      x = try fields.floats(count, at: place, "x")
      place += 4 * count
    } else {
      x = try evenX(count)
    }
    let number = try number(of: count, from: place)
    let areFloats = agree(number, of: count, from: place)
    for _ in 0..<number {
      try fields.need(32, at: place, "a subfile's head")
      // In old files the order of its bytes is not known.
      let points = header.version == .old ? 0 : try fields.long(place + 16)
      guard points == 0 || points == count else {
        throw FormatError(
          .spc, .inconsistent, at: place + 16, "a subfile of \(points) points, all have \(count)")
      }
      let exponent = areFloats ? nil : exponent(place)
      try take(place, x: nil, valuesAt: place + 32, count, exponent)
      place += 32 + count * width(exponent)
    }
    end = place
  }

  private func evenX(_ count: Int) throws(FormatError) -> [Double] {
    guard count > 1 else { return [header.firstX] }
    let step = (header.lastX - header.firstX) / Double(count - 1)
    guard step.isFinite, step != 0 else {
      throw FormatError(
        .spc, .inconsistent, at: 8, "\(count) points from \(header.firstX) to \(header.lastX)")
    }
    var x = (0..<count).map { Double($0) * step + header.firstX }
    x[count - 1] = header.lastX
    return x
  }

  /// How many subfiles there are: the header says, or in the old form the end of the file.
  private mutating func number(of count: Int, from place: Int) throws(FormatError) -> Int {
    let each = 32 + count * (header.is16Bit ? 2 : 4)
    if let stated = header.subfiles {
      guard stated <= fields.bytes.count / each + 1 else {
        throw FormatError(.spc, .truncated, at: 24, "\(stated) subfiles of \(count) points")
      }
      if stated > 1, !header.isMany {
        warnings.append("the file says that it has one subfile, and counts \(stated); all are read")
      }
      // Old programs left it zero for one.
      return max(stated, 1)
    }
    guard header.isMany else { return 1 }
    let (many, rest) = max(fields.bytes.count - place, 0).quotientAndRemainder(dividingBy: each)
    guard many > 0, rest == 0 else {
      throw FormatError(
        .spc, .truncated, at: place + many * each, "\(rest) bytes of a subfile of \(each)")
    }
    return many
  }

  // MARK: - Each its own x

  private mutating func readOwnX() throws(FormatError) {
    let number = header.subfiles ?? 1
    guard number >= 1, number <= fields.bytes.count / 32 else {
      throw FormatError(.spc, .badNumber, at: 24, "\(number) subfiles with x of their own")
    }
    if header.points == 0 {
      var place = header.size
      for _ in 0..<number {
        try fields.need(32, at: place, "a subfile's head")
        let points = try fields.long(place + 16)
        try readOwn(place, points)
        place += 32 + points * (4 + width(exponent(place)))
      }
      end = place
      return
    }
    try fields.need(12 * number, at: header.points, "the directory of \(number) subfiles")
    guard header.points >= header.size else {
      throw FormatError(.spc, .inconsistent, at: 4, "a directory at \(header.points)")
    }
    var ranges: [Range<Int>] = [header.points..<header.points + 12 * number]
    for index in 0..<number {
      let entry = header.points + 12 * index
      let (place, size) = (try fields.long(entry), try fields.long(entry + 4))
      guard place >= header.size, size >= 32 else {
        throw FormatError(.spc, .inconsistent, at: entry, "a subfile of \(size) bytes at \(place)")
      }
      try fields.need(size, at: place, "subfile \(index)")
      let points = try fields.long(place + 16)
      let needed = 32 + points * (4 + width(exponent(place)))
      guard needed <= size else {
        throw FormatError(
          .spc, .inconsistent, at: place + 16, "\(points) points in a subfile of \(size) bytes")
      }
      ranges.append(place..<place + size)
      try readOwn(place, points)
    }
    // Subfiles in one place would be one counted twice.
    ranges.sort { $0.lowerBound < $1.lowerBound }
    for (before, after) in zip(ranges, ranges.dropFirst())
    where before.upperBound > after.lowerBound {
      throw FormatError(
        .spc, .inconsistent, at: after.lowerBound, "subfiles or directory lie in one another")
    }
    end = ranges.last?.upperBound ?? 0
  }

  private mutating func readOwn(_ place: Int, _ points: Int) throws(FormatError) {
    let exponent = exponent(place)
    // As many points in all as there are bytes: entries of a directory may lie in one another.
    total += points
    guard total <= fields.bytes.count / (4 + width(exponent)) else {
      throw FormatError(.spc, .truncated, at: place + 16, "\(total) points in all")
    }
    let x = try fields.floats(points, at: place + 32, "x")
    try take(place, x: x, valuesAt: place + 32 + 4 * points, points, exponent)
  }

  // MARK: - Values

  /// The exponent of a subfile; nil for floats.
  private func exponent(_ place: Int) -> Int? {
    guard header.isMany || header.hasOwnX else { return header.exponent }
    let own = Int(Int8(bitPattern: fields.bytes[place + 1]))
    return own == -128 ? nil : own
  }

  /// Bytes a value; the flag of 16 bits counts for integers alone.
  private func width(_ exponent: Int?) -> Int { exponent != nil && header.is16Bit ? 2 : 4 }

  /// Whether all subfiles are floats though their heads say nothing: some programs say it in the
  /// file's header alone.
  private mutating func agree(_ number: Int, of count: Int, from place: Int) -> Bool {
    guard header.isMany, header.exponent == nil,
      (0..<number).allSatisfy({
        let head = place + $0 * (32 + 4 * count)
        return head + 1 < fields.bytes.count && fields.bytes[head + 1] == 0
      })
    else { return false }
    warnings.append(
      "the file's header says 32-bit floats, the heads of its subfiles nothing; they are floats")
    return true
  }

  private mutating func take(
    _ place: Int, x: [Double]?, valuesAt start: Int, _ count: Int, _ exponent: Int?
  ) throws(FormatError) {
    let values = try values(count, at: start, exponent)
    let z = header.isMany || header.hasOwnX ? try fields.float(place + 4, "z") : 0
    subfiles.append(SPCSubfile(z: z, x: x, values: values, offset: place))
  }

  private func values(
    _ count: Int, at start: Int, _ exponent: Int?
  ) throws(FormatError) -> [Double] {
    guard let exponent else {
      guard header.version != .old else {
        throw FormatError(.spc, .unsupported, at: 2, "floats in the old form")
      }
      return try fields.floats(count, at: start, "values")
    }
    let width = width(exponent)
    try fields.need(count * width, at: start, "values")
    // A power of two: the product is exact.
    let scale = Double(sign: .plus, exponent: exponent - 8 * width, significand: 1)
    return (0..<count).map { index in
      let place = start + width * index
      if header.is16Bit { return Double(Int16(bitPattern: fields.rawWord(place))) * scale }
      var bits = fields.rawLong(place)
      // Old files have the higher word first, and within each the lower byte.
      if header.version == .old { bits = bits << 16 | bits >> 16 }
      return Double(Int32(bitPattern: bits)) * scale
    }
  }
}
