import Instruments
import Laboratory
import Testing

@testable import Formats

/// A block with a table of 1/cm against absorbance.
func jcampFile(
  _ lines: String, points: Int, last: Double? = nil, head: String = "", units: String = "1/CM",
  ordinate: String = "ABSORBANCE", form: String = "XYDATA= (X++(Y..Y))", first: Double = 400
) -> [UInt8] {
  Array(
    """
    ##TITLE= Sample
    ##JCAMP-DX= 4.24
    ##DATA TYPE= INFRARED SPECTRUM
    ##XUNITS= \(units)
    ##YUNITS= \(ordinate)
    ##XFACTOR= 1
    ##YFACTOR= 1
    ##FIRSTX= \(first)
    ##LASTX= \(last ?? first + Double(points - 1))
    ##NPOINTS= \(points)
    \(head)##\(form)
    \(lines)
    ##END=

    """.utf8)
}

private func values(_ lines: String, points: Int) throws -> [Double] {
  try MeasurementReader.read(jcampFile(lines, points: points)).measurement.spectra.first?.values
    ?? []
}

@Suite struct JCAMPPackingTests {
  /// The same eight numbers in every packing of the standard's own tables.
  static let numbers: [Double] = [1, 2, 3, 3, 2, 1, 0, -1]

  @Test(arguments: [
    "400 1 2 3 3\n404 2 1 0 -1",  // FIX
    "400+1+2+3+3\n404+2+1+0-1",  // PAC
    "400,1,2;3 3\n404 2,1,0,-1",  // separators
    "400ABCC\n404BA@a",  // SQZ
    "400ABCT\n404BA@a",  // SQZ with DUP: three, twice
    "400AJJ%\n403Cjjjj\n407a",  // DIF with check and closing line
    "400AJT%\n403CjV\n407a",  // DIF with DUP: the difference stands twice, four times
    "400 1 2 3T\n404 B A @a",  // everything on one line
    "4.00E+02 1 2 3 3\n404 2 1 0 -1",  // exponents need a sign
  ]) func everyPackingGivesTheSameNumbers(lines: String) throws {
    #expect(try values(lines, points: 8) == Self.numbers)
  }

  @Test func anEBehindDigitsIsTheDigitFive() throws {
    #expect(try values("400E12\n401F3", points: 2) == [512, 63])
  }

  /// 40 down to -40 in steps, flat ends: what each packing makes of it by hand.
  @Test func longTablesOfDifferencesAreReadOverTheirLines() throws {
    let flat = Array(repeating: 40.0, count: 12)
    let falling = (1...16).map { 40 - Double($0) * 5 }
    let low = Array(repeating: -40.0, count: 101)
    let wanted = flat + falling + low
    for lines in [
      // Differences with repeat counts above nine, checks at each line's end.
      "400D0%S1\n411D0nS6\n427d0%S01\n528d0",
      // Half a line plain, half packed.
      "400 40 40D0%s\n411D0nnnnnnnnnnnnnnnn%S01\n528d0",
      // Values and differences repeated on one line.
      "400D0S2nnnn\n415B0nS2\n427d0d0S01",
    ] {
      #expect(try values(lines, points: wanted.count) == wanted, "\(lines)")
    }
    // A count too low by one is a point too few.
    #expect(throws: FormatError.self) {
      try values("400D0%S0\n411D0nS6\n427d0%S01\n528d0", points: wanted.count)
    }
  }

  @Test func version6IsReadLike501() throws {
    let text = String(decoding: jcampFile("400 1 2 3", points: 3), as: UTF8.self)
    let six = try MeasurementReader.read(Array(text.replacing("4.24", with: "6.00").utf8))
    let five = try MeasurementReader.read(Array(text.replacing("4.24", with: "5.01").utf8))
    #expect(six.measurement.spectra == five.measurement.spectra && six.warnings == [])
  }

  @Test func repeatCountsAboveNineAreRead() throws {
    #expect(try values("400AS2", points: 12) == Array(repeating: 1, count: 12))
    #expect(try values("400A%S0\n410A", points: 11) == Array(repeating: 1, count: 11))
  }

  @Test func aMissingOrdinateLeavesAHoleThatIsSaid() throws {
    let source = try MeasurementReader.read(jcampFile("400 1 ? 3", points: 3))
    let spectrum = try #require(source.measurement.spectra.first)
    #expect(spectrum.axis.values == [400, 402] && spectrum.values == [1, 3])
    #expect(source.warnings.contains("1 points are marked as missing and left out"))
  }

  @Test func theAxisIsEvenBetweenFirstAndLast() throws {
    let source = try MeasurementReader.read(
      jcampFile("4000 1 2 3 4", points: 4, last: 3999, first: 4000))
    let spectrum = try #require(source.measurement.spectra.first)
    let axis: [Double] = (0..<4).map { 4000 + Double($0) * -1 / 3 }
    #expect(spectrum.axis.values == axis)
    #expect(spectrum.axis.kind == .wavenumber && spectrum.ordinate == .absorbance)
  }

  @Test(arguments: [
    ("400AJJ\n402DJ\n403E", 4, "jcamp-inconsistent"),  // Y check
    ("400 1 2 3\n407 4", 4, "jcamp-inconsistent"),  // X check
    ("400 1 2 3", 4, "jcamp-inconsistent"),  // NPOINTS
    ("400 1 2 x", 3, "jcamp-bad-number"), ("400J", 1, "jcamp-malformed"),
    ("400S", 1, "jcamp-malformed"), ("400AZ9999999999999", 3, "jcamp-too-large"),
    ("400AS99999999", 3, "jcamp-too-large"), ("400 1 2 nan", 3, "jcamp-inconsistent"),
  ]) func contradictionsAndDamageAreRefusedByName(lines: String, points: Int, code: String) {
    #expect { try values(lines, points: points) } throws: { ($0 as? FormatError)?.code == code }
  }

  @Test func theAbscissaOfTheFirstNewPointIsAcceptedAndSaid() throws {
    let source = try MeasurementReader.read(jcampFile("400AJJ\n403CJJ\n404E", points: 5))
    #expect(source.measurement.spectra.first?.values == [1, 2, 3, 4, 5])
    #expect(source.warnings.contains { $0.contains("that of the point behind") })
  }

  @Test func extremesThatTheTableDoesNotHaveAreRefused() {
    for head in ["##MAXY= 4\n", "##MINY= 0\n", "##FIRSTY= 2\n"] {
      #expect(throws: FormatError.self) {
        try MeasurementReader.read(jcampFile("400 1 2 3", points: 3, head: head))
      }
    }
    #expect(throws: Never.self) {
      try MeasurementReader.read(
        jcampFile("400 1 2 3", points: 3, head: "##MAXY= 3\n##MINY= 1.0004\n"))
    }
  }
}

@Suite struct JCAMPSourceTests {
  private func spectrum(_ bytes: [UInt8]) throws -> MeasuredSpectrum {
    try #require(try MeasurementReader.read(bytes).measurement.spectra.first)
  }

  @Test func unitsDecideAxisAndOrdinate() throws {
    let micro = try spectrum(
      jcampFile("2 1 2", points: 2, last: 3, units: "MICROMETERS", first: 2))
    #expect(micro.axis.kind == .wavelength && micro.axis.values == [2000, 3000])
    let nano = try spectrum(jcampFile("400 10 20", points: 2, units: "NANOMETERS", ordinate: "%T"))
    #expect(nano.ordinate == .transmittance && nano.values == [0.1, 0.2])
    let percent = try spectrum(
      jcampFile("400 10 20", points: 2, ordinate: "PERCENT TRANSMITTANCE"))
    #expect(percent.values == [0.1, 0.2])
    let doubtful = try MeasurementReader.read(
      jcampFile("400 10 20", points: 2, ordinate: "TRANSMITTANCE"))
    #expect(doubtful.measurement.spectra.first?.values == [10, 20])
    #expect(doubtful.warnings.contains { $0.contains("looks like percent") })
    #expect { try spectrum(jcampFile("400 1 2", points: 2, units: "FURLONGS")) } throws: {
      ($0 as? FormatError)?.code == "jcamp-unsupported"
    }
  }

  @Test func bytesOutsideASCIIAreTakenAsLatin1() throws {
    var bytes = jcampFile("400 1 2", points: 2, head: "##OWNER= M?nster\n")
    let place = try #require(bytes.firstRange(of: Array("M?".utf8)))
    bytes[place.lowerBound + 1] = 0xfc
    let source = try MeasurementReader.read(bytes)
    #expect(source.measurement.facts["owner"] == "Münster")
  }

  @Test func everyBlockOfACompoundFileIsRead() throws {
    let block = String(decoding: jcampFile("400 1 2", points: 2), as: UTF8.self)
    let file = "##TITLE= both\n##DATA TYPE= LINK\n##BLOCKS= 3\n\(block)\(block)##END=\n"
    let source = try MeasurementReader.read(Array(file.utf8))
    #expect(source.measurement.spectra.map(\.name) == ["sample", "sample_2"])
    #expect(source.warnings.contains("2 blocks are read"))
    #expect { try MeasurementReader.read(Array(file.dropLast(7).utf8)) } throws: {
      ($0 as? FormatError)?.code == "jcamp-truncated"
    }
  }

  @Test func aTextBehindAnInnerBlockIsRefused() {
    let file = "##TITLE= a\n##TITLE= b\n##PAGE= T=1\n##NPOINTS= 0\n##END=\ntext\n##END=\n"
    #expect { try MeasurementReader.read(Array(file.utf8)) } throws: {
      ($0 as? FormatError)?.code == "jcamp-malformed"
    }
  }

  @Test func massSpectraOverTimeAreReadWithEmptyScans() throws {
    let file = """
      ##TITLE= 24-0117
      ##JCAMP-DX= 5.00
      ##DATA TYPE= MASS SPECTRUM
      ##NTUPLES= MASS SPECTRUM
      ##SYMBOL= X, Y, T
      ##UNITS= M/Z, COUNTS, MINUTES
      ##PAGE= T=1
      ##NPOINTS= 2
      ##DATA TABLE= (XY..XY), PEAKS
      50, 120
      77, 9000
      ##PAGE= T=1.5
      ##NPOINTS= 0
      ##PAGE= T=2
      ##NPOINTS= 1
      ##DATA TABLE= (XY..XY), PEAKS
      51, 7
      ##END NTUPLES= MASS SPECTRUM
      ##END=

      """
    let series = try #require(
      try MeasurementReader.read(Array(file.utf8)).measurement.massScans)
    #expect(series.times == [60, 90, 120] && series.starts == [0, 2, 2, 3])
    #expect(series.massToCharge == [50, 77, 51] && series.unit == "COUNTS")
    #expect(throws: FormatError.self) {
      try MeasurementReader.read(Array(file.replacing("T=2", with: "T=1").utf8))
    }
    #expect(throws: FormatError.self) {
      try MeasurementReader.read(Array(file.replacing("##NPOINTS= 0", with: "##NPOINTS= 3").utf8))
    }
  }

  @Test func aFileOfOursKeepsItsMarkAndItsChecksum() throws {
    let spectrum = Example.raman(channels: 64)
    var record = try Example.record(remark: "µ")
    record.emulated = true
    let bytes = try JCAMPWriter.xyPoints(
      spectrum: spectrum, record: record, journalSHA256: Example.journal)
    let source = try MeasurementReader.read(bytes)
    let read = try #require(source.measurement.spectra.first)
    #expect(source.identity.emulated && source.identity.samples.first == record.sample.id)
    #expect(read.axis.kind == .ramanShift && read.values == spectrum.intensity)
    #expect(source.identity.began == record.started)
    var damaged = bytes
    let digit = try #require(damaged.firstRange(of: Array("##XYPOINTS".utf8))).upperBound + 30
    damaged[digit] ^= 1
    #expect(throws: FormatError.self) { try MeasurementReader.read(damaged) }
  }
}
