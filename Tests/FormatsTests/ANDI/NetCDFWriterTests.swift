import Laboratory
import Testing

@testable import Formats

@Suite struct NetCDFWriterTests {
  private func layout() -> (NetCDFLayout, [Int]) {
    var layout = NetCDFLayout()
    let (pair, point) = (layout.dimension("pair", 2), layout.dimension("point", 20_000))
    layout.attributes = [
      .init(name: "title", value: .text(Array("A text".utf8))),
      .init(name: "number", value: .doubles([2.5])), .init(name: "short", value: .shorts([-7])),
      .init(name: "ints", value: .ints([1, -2])), .init(name: "floats", value: .floats([0.5])),
    ]
    let variables = [
      layout.variable("doubles", .double, [point]), layout.variable("floats", .float, [point]),
      layout.variable("ints", .int, [pair]), layout.variable("shorts", .short, [pair]),
      layout.variable("names", .char, [pair, pair]), layout.variable("scalar", .double),
    ]
    return (layout, variables)
  }

  private func fill(_ writer: inout NetCDFWriter, _ v: [Int], points: Int = 20_000) throws {
    // Side by side and in pieces of all sizes, as scans come.
    var done = 0
    var size = 0
    while done < points {
      size = size % 4001 + 1
      let piece = (done..<min(points, done + size)).map { Double($0) / 3 }
      try writer.put(piece[...], to: v[0])
      for number in piece { try writer.put(number, to: v[1]) }
      done += piece.count
    }
    try writer.fill(-9999, count: 2, v[3])
    for number in [-70000.0, 2_147_483_647] { try writer.put(number, to: v[2]) }
    try writer.put(text: Array("a".utf8), to: v[4])
    try writer.put(text: Array("bcd".utf8), to: v[4])
    try writer.put([.pi], to: v[5])
  }

  @Test func everyTypeComesBack() throws {
    let (layout, variables) = layout()
    let file = MemoryFile()
    var writer = try NetCDFWriter(layout, to: file)
    try fill(&writer, variables)
    try writer.finish()
    let read = try NetCDFFile(file.bytes)
    try read.checkChecksum()
    func numbers(_ name: String) throws -> [Double] {
      try read.numbers(of: #require(read.variable(name)))
    }
    let wanted = (0..<20_000).map { Double($0) / 3 }
    #expect(try numbers("doubles") == wanted)
    #expect(try numbers("floats") == wanted.map { Double(Float($0)) })
    #expect(try numbers("ints") == [-70000, 2_147_483_647])
    #expect(try numbers("shorts") == [-9999, -9999])
    #expect(try numbers("scalar") == [.pi])
    #expect(try read.texts(of: #require(read.variable("names"))) == ["a", "bc"])
    #expect(read.attribute("number").flatMap(read.number) == 2.5)
    #expect(read.attribute("short").flatMap(read.number) == -7)
    #expect(read.attribute("ints").flatMap(read.number) == 1)
    #expect(read.attribute("floats").flatMap(read.number) == 0.5)
    #expect(read.text("title") == "A text")
  }

  @Test(arguments: [19_999, 20_001]) func aVariableMustBecomeFull(points: Int) throws {
    let (layout, variables) = layout()
    var writer = try NetCDFWriter(layout, to: MemoryFile())
    #expect {
      try fill(&writer, variables, points: points)
      try writer.finish()
    } throws: {
      ($0 as? Failure)?.code == "netcdf-inconsistent"
    }
  }

  @Test func oneDimensionMayBeEmptyAndTwoMayNot() throws {
    var layout = NetCDFLayout()
    let (none, one) = (layout.dimension("none", 0), layout.dimension("one", 1))
    _ = layout.variable("empty", .double, [none])
    let full = layout.variable("full", .double, [one])
    _ = layout.variable("also_empty", .float, [none])
    let file = MemoryFile()
    var writer = try NetCDFWriter(layout, to: file)
    try writer.put(1.5, to: full)
    try writer.finish()
    let read = try NetCDFFile(file.bytes)
    for name in ["empty", "also_empty"] {
      #expect(try read.numbers(of: #require(read.variable(name))) == [])
    }
    #expect(try read.numbers(of: #require(read.variable("full"))) == [1.5])
    _ = layout.dimension("void", 0)
    #expect(throws: FormatError.self) { try NetCDFWriter(layout, to: MemoryFile()) }
  }

  /// A sink that counts, and keeps the largest piece.
  private final class Counter: ByteSink {
    var (total, largest) = (0, 0)
    func write(_ bytes: [UInt8], at place: Int) throws(Failure) {
      total += bytes.count
      largest = max(largest, bytes.count)
    }
  }

  @Test func whatWaitsIsBoundedWhateverIsWritten() throws {
    for points in [1000, 1_000_000] {
      var layout = NetCDFLayout()
      let variable = layout.variable("v", .double, [layout.dimension("n", points)])
      let sink = Counter()
      var writer = try NetCDFWriter(layout, to: sink)
      try writer.fill(1, count: points, variable)
      #expect(sink.total >= points * 8 - NetCDFCursor.bufferSize)
      try writer.finish()
      #expect(sink.largest <= NetCDFCursor.bufferSize)
    }
  }

  @Test func aLongHeaderIsReadPieceByPiece() throws {
    var layout = NetCDFLayout()
    layout.attributes = [
      .init(name: "long", value: .text([UInt8](repeating: 65, count: 700_000)))
    ]
    let file = MemoryFile()
    var writer = try NetCDFWriter(layout, to: file)
    try writer.finish()
    let pieces = try NetCDFPieces(file)
    try pieces.checkChecksum()
    #expect(pieces.file.attributes.count == 2)
  }
}
