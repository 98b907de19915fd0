internal import Laboratory

/// The table of an SPA file, which says where everything stands; all numbers little-endian.
///
///     "Spectral Data File" | at 30: title, 256 | at 294: records (2) | date (4) | at 304: records
///     record: key (1) . place (4) length (4) 6 unknown
///
/// - date: seconds since 1899-12-31T00:00Z
/// - keys that are read: 02 head of a spectrum, 03 its values, 04 remark, 1B history, 6B title and date
///   of one spectrum of a group; 66 and 67 are interferograms
///
/// The format was never published. Sources: the description in spectrochempy 1.1.3 (`read_omnic`), the
/// mark in PRONOM fmt/963.
struct SPATable {
  /// What one record points to.
  struct Record {
    var key: UInt8
    var place: Int
    var length: Int
    /// Where the record itself stands.
    var offset: Int
  }

  static let mark = Array("Spectral Data File".utf8)
  /// Seconds from 1899-12-31 to 1970-01-01.
  private static let epoch = 2_209_075_200

  let fields: BinaryFields
  let title: String
  /// What the file says when it was measured, seconds; 0 where it does not.
  let date: Int
  let records: [Record]
  /// Whether it is of a library, where the date is none.
  let isLibrary: Bool

  init(_ fields: BinaryFields) throws(FormatError) {
    self.fields = fields
    guard fields.bytes.starts(with: Self.mark) else {
      throw FormatError(.spa, .unsupported, at: 0, "it does not begin as an OMNIC file")
    }
    title = try fields.text(256, at: 30, most: 256)
    let count = try fields.word(294)
    date = try fields.long(296)
    try fields.need(16 * count, at: 304, "the table of \(count) records")
    var records: [Record] = []
    for index in 0..<count {
      let offset = 304 + 16 * index
      let record = Record(
        key: fields.bytes[offset], place: try fields.long(offset + 2),
        length: try fields.long(offset + 6), offset: offset)
      records.append(record)
    }
    self.records = records
    let behind = 304 + 16 * count
    isLibrary =
      records.contains { $0.key == 0x53 } && behind < fields.bytes.count
      && fields.bytes[behind] == 1
  }

  /// The records of a key, in order.
  func all(_ key: UInt8) -> [Record] { records.filter { $0.key == key } }

  /// A moment of the file; nil for none.
  static func moment(_ seconds: Int) -> Timestamp? {
    seconds == 0 ? nil : Timestamp(microseconds: Int64(seconds - epoch) * 1_000_000)
  }
}
