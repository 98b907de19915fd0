import Testing

@testable import Formats

private func builder(isWide: Bool = false) -> NetCDFBuilder {
  var file = NetCDFBuilder()
  file.isWide = isWide
  file.dimensions = [("pair", 2), ("time", 0), ("name_length", 5)]
  file.records = 3
  file.attributes = [
    ("title", .text("A text \0")), ("number", .doubles([2.5])), ("empty", .text("")),
  ]
  file.add("bytes", ["pair"], .bytes([-1, 127]))
  file.add("names", ["pair", "name_length"], .text("ab\0\0\0cdefg"))
  file.add("shorts", ["time"], .shorts([-2, 3, 32767]), [("scale", .floats([0.5]))])
  file.add("ints", ["pair"], .ints([-70000, 2_147_483_647]))
  file.add("floats", ["time", "pair"], .floats([1.5, -2.25, 3e38, 4, 5, 6]))
  file.add("scalar", [], .doubles([.pi]))
  return file
}

@Test(arguments: [false, true]) func everyTypeAndBothKindsOfVariablesAreRead(isWide: Bool) throws {
  let file = try NetCDFFile(builder(isWide: isWide).file())
  func numbers(_ name: String) throws -> [Double] {
    try file.numbers(of: #require(file.variable(name)))
  }
  #expect(file.records == 3)
  #expect(try numbers("bytes") == [-1, 127])
  #expect(try numbers("shorts") == [-2, 3, 32767])
  #expect(try numbers("ints") == [-70000, 2_147_483_647])
  #expect(try numbers("floats") == [1.5, -2.25, Double(Float(3e38)), 4, 5, 6])
  #expect(try numbers("scalar") == [.pi])
  #expect(try file.texts(of: #require(file.variable("names"))) == ["ab", "cdefg"])
  #expect(file.text("title") == "A text")
  #expect(file.text("empty") == nil)
  #expect(file.attribute("number").flatMap(file.number) == 2.5)
  #expect(try file.number("scale", of: #require(file.variable("shorts"))) == 0.5)
  #expect(file.length("time") == 3)
}

@Test func aLoneRecordVariableIsNotPadded() throws {
  var file = NetCDFBuilder()
  file.dimensions = [("time", 0)]
  file.records = 5
  file.add("shorts", ["time"], .shorts([1, 2, 3, 4, 5]))
  let read = try NetCDFFile(file.file())
  #expect(try read.numbers(of: #require(read.variable("shorts"))) == [1, 2, 3, 4, 5])
}

@Test func aStreamedFileHasTheRecordsThatItsSizeHolds() throws {
  var file = builder()
  file.isStreaming = true
  let read = try NetCDFFile(file.file())
  #expect(read.wasStreaming && read.records == 3)
}

@Test func whatIsNoClassicFileIsRefusedByName() throws {
  var newer = builder().file()
  newer[3] = 5
  #expect { try NetCDFFile(newer) } throws: { ($0 as? FormatError)?.code == "netcdf-unsupported" }
  #expect { try NetCDFFile([]) } throws: { ($0 as? FormatError)?.code == "netcdf-malformed" }
  let hdf: [UInt8] = [0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10]
  #expect { try ANDIReader.read(hdf) } throws: { ($0 as? FormatError)?.problem == .malformed }
  #expect { try ANDIReader.read(builder().file()) } throws: {
    ($0 as? FormatError)?.code == "netcdf-unsupported"
  }
}

@Test func aVariableThatLiesOutsideTheFileIsRefusedWithItsName() throws {
  let whole = builder().file()
  let cut = try NetCDFFile(Array(whole.dropLast(8)))
  let last = try #require(cut.variable("floats"))
  #expect { try cut.numbers(of: last) } throws: {
    guard let error = $0 as? FormatError else { return false }
    return error.code == "netcdf-truncated" && error.offset == whole.count - 8
      && error.detail.contains("floats")
  }
}

@Test func absurdCountsAreRefusedBeforeMemoryIsTaken() throws {
  var file = NetCDFBuilder()
  file.dimensions = [("a", 2_000_000_000), ("b", 2_000_000_000)]
  file.add("huge", ["a", "b"], .doubles([]))
  #expect { try NetCDFFile(file.file()) } throws: {
    ($0 as? FormatError)?.code == "netcdf-too-large"
  }
  var many = builder().file()
  many.replaceSubrange(12..<16, with: [0x7f, 0xff, 0xff, 0xff])
  #expect { try NetCDFFile(many) } throws: { ($0 as? FormatError)?.code == "netcdf-too-large" }
  var twice = builder()
  twice.dimensions[1].0 = "pair"
  #expect { try NetCDFFile(twice.file()) } throws: {
    ($0 as? FormatError)?.code == "netcdf-inconsistent"
  }
}
