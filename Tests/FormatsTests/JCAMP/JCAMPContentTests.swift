import Instruments
import Laboratory
import Testing

@testable import Formats

@Suite struct JCAMPContentTests {
  // MARK: - What is refused

  @Test func whatNoTableHoldsIsRefusedByName() throws {
    var spectrum = JCAMPExample.infrared(points: 20)
    spectrum.values[7] = .nan
    #expect(fails("jcamp-not-finite") { _ = try one(spectrum) })
    spectrum.values[7] = .infinity
    #expect(fails("jcamp-not-finite") { _ = try one(spectrum) })
    spectrum = JCAMPExample.infrared(points: 20)
    spectrum.axis.values[7] = spectrum.axis.values[6]
    #expect(fails("jcamp-axis") { _ = try one(spectrum) })
    spectrum = JCAMPExample.infrared(points: 20)
    spectrum.values.removeLast()
    #expect(fails("jcamp-shape") { _ = try one(spectrum) })
    var mass = JCAMPExample.infrared(points: 3)
    mass.axis = Axis(kind: .massToCharge, values: [-1, 2, 3])
    #expect(fails("jcamp-axis") { _ = try one(mass) })
  }

  @Test(arguments: [
    Spoiled("jcamp-not-finite") { $0.intensity[0] = .nan },
    Spoiled("jcamp-not-finite") { $0.time = .infinity },
    Spoiled("jcamp-axis") { $0.massToCharge[0] = 1000 },
    Spoiled("jcamp-axis") { $0.massToCharge[0] = -1 },
    Spoiled("jcamp-axis") { $0.time = 0 },
    Spoiled("jcamp-shape") { $0.intensity.removeLast() },
    Spoiled("jcamp-axis") { $0.number = 1 },
  ])
  func scansThatNoFileHoldsAreRefusedByName(_ spoiled: Spoiled) throws {
    let content = try JCAMPExample.content(scans: spoiled.scans)
    #expect(fails(spoiled.code) { _ = try JCAMPExample.written(content, as: .jcamp) })
  }

  @Test func whatHasNoPlaceIsSaidBefore() throws {
    var content = try JCAMPExample.content([JCAMPExample.infrared(points: 0)])
    content.traces = [Trace(name: "fid", unit: Unit("A")), Trace(name: "tcd", unit: Unit("V"))]
    content.peaks = [ReportedPeak(trace: "fid", retentionTime: 4, areaUnit: "counts")]
    let plan = try MeasurementWriter.plan(content, as: .jcamp)
    #expect(plan.parts.isEmpty)
    #expect(
      plan.losses == [
        "2 signals: JCAMP-DX has no agreed type for them",
        "1 peak of signals: JCAMP-DX has no agreed type for them",
        "the spectrum sample: it has no point",
      ])
  }

  // MARK: - Tables

  private func one(
    _ spectrum: MeasuredSpectrum, _ options: ExportOptions = .init()
  ) throws -> (text: String, read: MeasuredSpectrum, roundings: [String]) {
    let content = try JCAMPExample.content([spectrum])
    let files = try JCAMPExample.written(content, as: .jcamp, options)
    let file = try #require(files.first)
    #expect(files.count == 1 && file.part.name.isEmpty)
    let text = JCAMPExample.text(file.bytes)
    #expect(text.split(separator: "\r\n").allSatisfy { $0.count <= 80 })
    let source = try MeasurementReader.read(file.bytes)
    #expect(source.warnings == [])
    return (text, try #require(source.measurement.spectra.first), file.part.roundings)
  }

  @Test(arguments: ExportOptions.Packing.allCases)
  func anEvenAxisStandsAsIntegersTimesAFactor(packing: ExportOptions.Packing) throws {
    var options = ExportOptions()
    options.packing = packing
    let spectrum = JCAMPExample.infrared()
    let (text, read, roundings) = try one(spectrum, options)
    #expect(text.contains("##XYDATA= (X++(Y..Y))\r\n") && text.contains("INFRARED SPECTRUM"))
    #expect(read.axis == spectrum.axis && read.name == "sample" && read.saturated == [1, 2, 3])
    let largest = try #require(spectrum.values.max())
    let most = zip(read.values, spectrum.values).map { abs($0 - $1) }.max() ?? .infinity
    // Half a unit of the last stored digit.
    #expect(most > 0 && most <= largest / 2_147_483_647 / 2 * 1.000001)
    #expect(roundings.count == 1 && roundings[0].contains("\(most) off"))
    #expect(text.contains("##$GAUGER MAX Y ERROR= \(DecimalText.shortest(most))\r\n"))
    #expect(text.contains("##FIRSTX= 4000\r\n") && text.contains("##LASTX= 400\r\n"))
    #expect(text.contains("##DELTAX= -2\r\n"))
  }

  @Test(arguments: ExportOptions.Packing.allCases)
  func countsAndShortDecimalsComeBackToTheBit(packing: ExportOptions.Packing) throws {
    var options = ExportOptions()
    options.packing = packing
    for digits in [1.0, 1e3, 1e5, 1e9] {
      let spectrum = JCAMPExample.infrared(points: 401, digits: digits)
      let (text, read, roundings) = try one(spectrum, options)
      #expect(read == spectrum && roundings == [], "\(digits)")
      #expect(text.contains("##$GAUGER MAX Y ERROR= 0\r\n"))
      #expect(text.contains("##YFACTOR= \(DecimalText.shortest(1 / digits))\r\n"))
    }
    var signed = JCAMPExample.infrared(points: 5)
    signed.values = [2_147_483_647, -2_147_483_647, 0, -1, 1]
    #expect(abs(try one(signed, options).read.values[0] - 2_147_483_647) <= 0.5)
  }

  @Test func differencesStayWithin32Bits() throws {
    let ordinates = try #require(JCAMPOrdinates([1, -1, 0.123456789012345], differences: true))
    let widest = zip(ordinates.integers, ordinates.integers.dropFirst()).map { abs($0 - $1) }.max()
    #expect(widest == 2_147_483_646)
    #expect(ordinates.integers[0] == 1_073_741_823)
    #expect(JCAMPOrdinates([.leastNonzeroMagnitude, 0], differences: false) == nil)
    #expect(JCAMPOrdinates([.greatestFiniteMagnitude, 1], differences: false) == nil)
    #expect(JCAMPOrdinates([0, -0.0], differences: false)?.integers == [0, 0])
  }

  @Test func anUnevenAxisStandsInPairsToTheBit() throws {
    let spectrum = JCAMPExample.raman()
    let (text, read, roundings) = try one(spectrum)
    #expect(text.contains("##XYPOINTS= (XY..XY)\r\n") && text.contains("RAMAN SPECTRUM"))
    #expect(read == spectrum && roundings == [])
    #expect(!text.contains("DELTAX") && text.contains("##$LASER WAVELENGTH NM= 785.1\r\n"))
  }

  @Test func howFarAnAxisIsUnevenDecides() throws {
    #expect(JCAMPAbscissae([400, 402, 404])?.maxError == 0)
    for x in [[1, 2, 3, 5], [400, 402.0, 404.3], [400], [], [1, 1], [1, 2, .nan]] as [[Double]] {
      #expect(JCAMPAbscissae(x) == nil, "\(x)")
    }
    // Two decimals of steps of 1.925: half a hundredth, and its own first and last are rounded.
    let axis = try #require(JCAMPAbscissae(rounded))
    #expect(axis.maxError > 0 && axis.maxError <= 0.005 && axis.decimals == 2)
    // The arithmetic of a sum.
    var sums: [Double] = (0..<200).map { 400 + Double($0) / 10 }
    sums[1] += sums[1].ulp
    let summed = try #require(JCAMPAbscissae(sums))
    #expect(summed.maxError > 0 && summed.maxOwnError < 1e-10)
    // A bend of a thousandth of a step in numbers of all digits is no rounding.
    let bent = (0..<500).map { 400 + Double($0) + 1e-8 * Double($0 * $0) }
    #expect(JCAMPAbscissae(bent) == nil)
  }

  private var rounded: [Double] {
    (0..<100).map { ((Double($0) * 1.92541 + 400.0042) * 100).rounded() / 100 }
  }

  @Test(arguments: ExportOptions.Packing.allCases)
  func whatAnEvenAxisRoundsIsSaidAndReadBackExactly(packing: ExportOptions.Packing) throws {
    var spectrum = JCAMPExample.infrared(points: 100, digits: 1e3)
    spectrum.axis.values = rounded
    var options = ExportOptions()
    options.packing = packing
    let (text, read, roundings) = try one(spectrum, options)
    #expect(read == spectrum && roundings.count == 1)
    #expect(roundings.first?.hasSuffix("off in other programs, exact in Gauger") ?? false)
    #expect(text.contains("##XYDATA=") && text.contains("##$GAUGER X DECIMALS= 2\r\n"))
    #expect(text.contains("##$GAUGER MAX X ERROR= 0.00"))
  }

  @Test(arguments: 1...4) func fewPointsComeBack(points: Int) throws {
    let spectrum = JCAMPExample.infrared(points: points, digits: 1e4)
    for packing in ExportOptions.Packing.allCases {
      var options = ExportOptions()
      options.packing = packing
      #expect(try one(spectrum, options).read == spectrum)
    }
  }

  @Test func everyKindOfAxisAndOrdinateComesBack() throws {
    for kind in [Axis.Kind.channel, .wavelength, .ramanShift, .wavenumber, .massToCharge] {
      for ordinate in [
        MeasuredSpectrum.Ordinate.counts, .intensity, .absorbance, .transmittance, .reflectance,
        .irradiance,
      ] {
        for x in [[10, 20, 30, 40], [10, 20, 31, 40]] as [[Double]] {
          let spectrum = MeasuredSpectrum(
            name: "µ", axis: Axis(kind: kind, values: x), ordinate: ordinate,
            values: [1, 0.5, 0.125, 2], saturated: [2])
          #expect(try one(spectrum).read == spectrum)
        }
      }
    }
  }

  @Test func numbersThatAreHardToPrintComeBackToTheBit() throws {
    let awkward = Example.awkwardNumbers()
    let spectrum = MeasuredSpectrum(
      name: "sample", axis: awkward.axis, ordinate: .counts, values: awkward.intensity)
    let read = try one(spectrum).read
    #expect(read.values.map(\.bitPattern) == spectrum.values.map(\.bitPattern))
  }

  @Test func spectraGoIntoFilesOfTheirOwn() throws {
    var second = JCAMPExample.raman(points: 64)
    second.name = "Dark / Größe"
    var third = second
    third.name = "dark-groesse"
    let content = try JCAMPExample.content([
      JCAMPExample.infrared(points: 50), second, third,
    ])
    let files = try JCAMPExample.written(content, as: .jcamp)
    #expect(files.map(\.part.name) == ["sample", "dark-groesse", "dark-groesse-2"])
    for (file, spectrum) in zip(files.dropFirst(), content.spectra.dropFirst()) {
      #expect(try MeasurementReader.read(file.bytes).measurement.spectra == [spectrum])
    }
  }

  // MARK: - Facts and marks

  @Test(arguments: JCAMPExample.texts)
  func everyFactComesBackExactly(text: String) throws {
    let about = [
      FileFact("total_current_A", text), FileFact("a=b\\c", text), FileFact("", text),
      FileFact("Ä", text), FileFact("_x", "1"), FileFact("homepage", "T=5"),
      FileFact("crc32", "00000000"), FileFact("fact_1", "y"), FileFact("max_y_error", "9"),
    ]
    let head = try JCAMPExample.head(
      sample: text, remark: text, emulated: true, complete: false, about: about)
    let scans = JCAMPExample.Scans(unit: text, count: 3)
    for content in [
      try JCAMPExample.content([JCAMPExample.infrared(points: 9)], head),
      try JCAMPExample.content(scans: scans, head),
    ] {
      for file in try JCAMPExample.written(content, as: .jcamp) {
        let source = try MeasurementReader.read(file.bytes)
        for fact in content.head.facts {
          let found = source.measurement.facts[fact.name]
          #expect(found.map { Array($0.unicodeScalars) } == Array(fact.value.unicodeScalars))
        }
        #expect(source.identity.samples == [text] && source.identity.emulated)
        #expect(source.identity.began == content.head.started)
        let lines = JCAMPExample.text(file.bytes).split(separator: "\r\n")
        #expect(lines.first?.hasPrefix("##TITLE= EMULATED, INCOMPLETE:") ?? false)
        #expect(lines.contains { $0.contains("EMULATED: no real instrument") })
        #expect(
          lines.contains(
            "##SOURCE REFERENCE= run 20261120T101500Z-usb2000plus-abcd, raw journal SHA-256"))
        #expect(
          lines.allSatisfy { $0.count <= 80 && $0.utf8.allSatisfy { (32...126).contains($0) } })
      }
    }
  }

  @Test func theSameContentGivesTheSameBytes() throws {
    let content = try JCAMPExample.content([JCAMPExample.infrared()])
    let first = try JCAMPExample.written(content, as: .jcamp).map(\.bytes)
    #expect(try JCAMPExample.written(content, as: .jcamp).map(\.bytes) == first)
  }

  @Test func aFileThatWasReadIsWrittenAgainTheSame() throws {
    let content = try JCAMPExample.content([JCAMPExample.infrared(digits: 1e6)])
    let bytes = try #require(try JCAMPExample.written(content, as: .jcamp).first).bytes
    let source = try MeasurementReader.read(bytes)
    let again = ExportContent(
      source, file: "a.jdx", sha256: Example.journal, software: "Gauger 0.1")
    let second = try #require(try JCAMPExample.written(again, as: .jcamp).first)
    let read = try MeasurementReader.read(second.bytes)
    #expect(read.measurement == source.measurement && read.identity == source.identity)
  }
}
