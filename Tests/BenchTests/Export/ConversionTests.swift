import Formats
import Foundation
import Instruments
import Laboratory
import Testing

@testable import Bench

/// Foreign files and runs in other formats, and what a person is told of what these cannot carry.
@Suite struct ConversionTests {
  static let table = """
    time,signal
    0,1.5
    0.5,2.25
    1,-0.125
    1.5,4

    """
  static let words = ["time=time", "unit=s", "value=signal", "signal_unit=pA"]

  @Test func aTableBecomesANDIAndReadsBackToTheBit() throws {
    let stand = try ImportBench()
    let input = try stand.put("export.txt", Self.table)
    let output = "\(stand.source)/out.cdf"
    let (report, _) = try Conversion().convert(
      input, to: output, declaration: try TableDeclaration(words: Self.words), software: "test 1")
    #expect(report.files.map(\.path) == [output] && report.losses == [])
    let before = try MeasurementReader.read(
      Array(Self.table.utf8), declaration: try TableDeclaration(words: Self.words))
    let after = try MeasurementReader.read(
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: output))))
    #expect(after.measurement.traces == before.measurement.traces)
    #expect(after.measurement.traces[0].values == [1.5, 2.25, -0.125, 4])
    #expect(after.measurement.facts == before.measurement.facts)
    // The same again gives the same bytes, and what is there is not touched.
    let second = try Conversion().convert(
      input, to: "\(stand.source)/again.cdf",
      declaration: try TableDeclaration(words: Self.words), software: "test 1")
    #expect(second.report.files[0].sha256 == report.files[0].sha256)
    #expect(throws: Failure.self) {
      try Conversion().convert(
        input, to: output, declaration: try TableDeclaration(words: Self.words),
        software: "test 1")
    }
  }

  @Test func whatAFormatCannotHoldIsSaidAndRefusedWhereStrict() throws {
    let stand = try ImportBench()
    let input = try stand.put("export.txt", Self.table)
    let declaration = try TableDeclaration(words: Self.words)
    let nothing = failure {
      _ = try Conversion().convert(
        input, to: "\(stand.source)/out.jdx", declaration: declaration, software: "test 1")
    }
    #expect(nothing?.code == "export-nothing" && nothing?.why.isEmpty == false)
    #expect(!FileManager.default.fileExists(atPath: "\(stand.source)/out.jdx"))
    let unknown = failure {
      _ = try Conversion().convert(
        input, to: "\(stand.source)/out.xyz", declaration: declaration, software: "test 1")
    }
    #expect(unknown?.code == "convert-format-unknown" && unknown?.exit == .usage)
    let strict = failure {
      _ = try Conversion(isStrict: true).convert(
        input, to: "\(stand.source)/out.asm.json", declaration: declaration, software: "test 1")
    }
    #expect(strict?.code == "export-lossy" && strict?.exit == .refused)
    #expect(!FileManager.default.fileExists(atPath: "\(stand.source)/out.asm.json"))
  }

  @Test func theOldEndOfJCAMPNamesItAndIsTakenAway() throws {
    let stand = try ImportBench()
    let input = try stand.put("export.txt", "x,y\n400,1.5\n401,2.25\n402,4\n")
    let declaration = try TableDeclaration(words: ["x=x", "axis=wavenumber", "value=y"])
    let (report, _) = try Conversion().convert(
      input, to: "\(stand.source)/scan.DX", declaration: declaration, software: "test 1")
    #expect(report.files.map(\.path) == ["\(stand.source)/scan.jdx"])
  }

  @Test func aTakenNameOfSeveralIsFoundBeforeTheFirstIsWritten() throws {
    let stand = try ImportBench()
    let input = try stand.put("export.txt", "time,a,b\n0,1.5,2\n0.5,2.25,3\n1,4,5\n")
    _ = try stand.put("out-b.cdf", "of somebody else")
    let declaration = try TableDeclaration(
      words: ["time=time", "unit=s", "value=a,b", "signal_unit=pA"])
    let found = failure {
      _ = try Conversion().convert(
        input, to: "\(stand.source)/out.cdf", declaration: declaration, software: "test 1")
    }
    #expect(found?.code == "publish-exists")
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: stand.source))
        == ["export.txt", "out-b.cdf"])
  }

  @Test func aFileThatIsNoneIsRefusedAndNothingIsWritten() throws {
    let stand = try ImportBench()
    let input = try stand.put("broken.cdf", "CDF\u{1}not more")
    let found = failure {
      _ = try Conversion().convert(input, to: "\(stand.source)/out.mzML", software: "test 1")
    }
    #expect(found?.code.hasPrefix("netcdf-") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: stand.source) == ["broken.cdf"])
  }

  @Test func anImportedRunIsExportedWithItsOwnIdentity() throws {
    let stand = try ImportBench()
    let input = try stand.put("export.txt", Self.table)
    let record = try stand.imported(input, sample: "S/9 \"ü\"", columns: Self.words)
    let report = try Conversion().export(
      record.run, of: stand.bench, as: .andiChromatography, into: stand.source)
    let path = try #require(report.files.first?.path)
    #expect(path == "\(stand.source)/\(record.run.text).cdf")
    let read = try MeasurementReader.read([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    #expect(read.identity.samples == ["S/9 \"ü\""])
    #expect(read.measurement.facts["imported_sha256"] == record.imported?.sha256)
    #expect(read.measurement.facts["run"] == record.run.text)
  }

  private func failure(_ work: () throws -> Void) -> Failure? {
    do {
      try work()
      return nil
    } catch let error as any Explained {
      return error.failure
    } catch { return nil }
  }
}
