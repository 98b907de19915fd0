import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// Files whose arrays are unpacked by other threads: what comes out is that of one thread.
@Suite struct MzMLLaneTests {
  private typealias Outcome = Result<ReadSource, FormatError>

  private func outcome(_ bytes: [UInt8], lanes: Int, piece: Int = 3) -> Outcome {
    do throws(FormatError) {
      return .success(try MzMLReader.read(bytes, zone: "", lanes: lanes, piece: piece))
    } catch { return .failure(error) }
  }

  /// Spectra of which some are empty, turned, in other number types or of a wavelength; `change`
  /// makes one of them another.
  private func file(
    _ count: Int = 40, change: (Int) -> String? = { _ in nil }, tail: String = ""
  ) -> [UInt8] {
    let kinds = ["MS:1000523", "MS:1000521", "MS:1000519", "MS:1000522"]
    let spectra = (0..<count).map { number -> String in
      if let changed = change(number) { return changed }
      let time = "\(number)"
      if number % 7 == 4 { return MzML.spectrum(time, [], []) }
      let mz = (0..<number % 9 + 1).map { 50.0 + Double($0) }
      let values = mz.indices.map { Double($0 * number) }
      return MzML.spectrum(
        time, number % 11 == 5 ? mz.reversed() : mz, values, kind: kinds[number % 4])
    }
    return MzML.file(spectra.joined() + tail)
  }

  private func expectSame(_ bytes: [UInt8], _ comment: Comment) -> Outcome {
    let one = outcome(bytes, lanes: 0)
    for (lanes, piece) in [(1, 1), (1, 4), (2, 1), (2, 3), (3, 7), (2, 512)] {
      #expect(outcome(bytes, lanes: lanes, piece: piece) == one, comment)
    }
    return one
  }

  @Test func whatComesOutIsThatOfOneThread() throws {
    let source = try expectSame(file(), "whole").get()
    let series = try #require(source.measurement.massScans)
    #expect(series.count == 40 && series.times == (0..<40).map(Double.init))
    #expect(source.warnings == ["3 scans did not rise in mass and were put in order"])
  }

  @Test(arguments: [0, 1, 2, 3, 17, 38, 39]) func theFirstThatIsWrongIsTold(place: Int) {
    let time = "\(place)"
    let wrong: [(String, FormatError.Problem)] = [
      (MzML.spectrum(time, [50], [.nan]), .badNumber),
      (MzML.spectrum(time, [50, 51], [1]), .inconsistent),
      (MzML.spectrum(time, [-1], [1]), .inconsistent),
      (MzML.spectrum(time, [50], [1]).replacing("AAAAAAAASUA=", with: "AAAAAAA!SUA="), .badByte),
      (MzML.spectrum(time, [50], [1], terms: MzML.term("MS:1000128")), .unsupported),
      (MzML.spectrum("-1", [50], [1]), .inconsistent),
      ("<spectrum id=\"a\" defaultArrayLength=\"1\"></spectrum>", .missing),
      (MzML.spectrum(time, [50], [1]).replacing("<scan>", with: "<scan"), .malformed),
    ]
    for (index, (text, problem)) in wrong.enumerated() {
      // Another fault follows at once, and one in the tags behind it.
      let bytes = file(
        change: {
          $0 == place ? text : $0 == place + 1 ? MzML.spectrum("9", [50], [1], length: 3) : nil
        },
        tail: "<a b='1' b='2'/>")
      let found = expectSame(bytes, "\(index) \(place)")
      guard case .failure(let error) = found else {
        Issue.record("\(index) \(place) was read")
        continue
      }
      // A first scan may begin later than the next one, or be of another kind than all others.
      let isFirst = place == 0 && [.unsupported, .inconsistent].contains(problem)
      #expect(isFirst || error.problem == problem, "\(index) \(place): \(error.detail)")
    }
  }

  @Test func damagedFilesAreRefusedAlikeByAnyNumberOfThreads() {
    var generator = SeededGenerator(state: 61)
    let whole = file(24, tail: "<chromatogram id=\"a\" defaultArrayLength=\"0\"/>")
    for round in 0..<Damage.count(60) {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^=
          1 << UInt8.random(in: 0..<8, using: &generator)
      }
      let one = outcome(bytes, lanes: 0)
      #expect(outcome(bytes, lanes: 2) == one, "\(round)")
      #expect(outcome(bytes, lanes: 3, piece: 1) == one, "\(round)")
    }
  }

  @Test func aWrongChecksumComesBeforeAllElse() {
    var text = String(decoding: file(change: { $0 == 3 ? "<spectrum/>" : nil }), as: UTF8.self)
    text = text.replacing("<mzML", with: "<indexedmzML><mzML")
      .replacing("</mzML>\n", with: "</mzML><fileChecksum>")
    let wrong = text + String(repeating: "0", count: 40) + "</fileChecksum></indexedmzML>\n"
    guard case .failure(let error) = expectSame(Array(wrong.utf8), "checksum") else {
      Issue.record("it was read")
      return
    }
    #expect(error.problem == .checksum)
  }

  @Test func everyByteThatIsNoLetterIsFoundInEveryPlace() {
    let letters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let text = Array("QUJDREVGR0hJSktM".utf8)
    for place in text.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = text
        changed[place] = byte
        let found = Base64Bytes.decode(changed[...])
        if letters.contains(byte) {
          #expect(found.map { Data($0) } == Data(base64Encoded: Data(changed)))
        } else if byte != UInt8(ascii: "=") || place < text.count - 1 {
          #expect(found == nil, "\(byte) at \(place)")
        }
      }
    }
  }
}

/// Tags that come again in a long file are known by their bytes.
@Suite struct RepeatedTagTests {
  @Test func aTagOfTheSameBytesSaysTheSame() throws {
    var (text, wanted) = ("<r>", [String]())
    for number in 0..<3200 {
      // The last two begin alike up to their first mark.
      let values = ["1", "a&amp;b", "\(number)", ">\(number % 2)", ">\(number % 3)"]
      let value = values[number % 5]
      text += number % 2 == 0 ? "<n:t a=\"\(value)\" b='x'/>" : "<n:t a=\"\(value)\" b='x'></n:t>"
      wanted.append(value.replacing("&amp;", with: "&"))
    }
    text += "</r>"
    let bytes = Array(text.utf8)
    #expect(bytes.count > 1 << 16)
    var scanner = try XMLScanner(bytes, format: .mzml)
    var (found, ends) = ([String](), 0)
    while let event = try scanner.next() {
      switch event {
      case .start(let tag) where tag.name == "t":
        #expect(tag["b"] == "x" && tag["c"] == nil)
        let here = bytes[tag.offset...].starts(with: Array("<n:t a=".utf8))
        #expect(here)
        found.append(tag["a"] ?? "")
      case .end("t"): ends += 1
      default: break
      }
    }
    #expect(found == wanted && ends == 3200)
  }

  @Test func whatIsWrongBehindThemIsToldWithItsPlace() throws {
    let many = String(repeating: "<t a=\"1\"/>", count: 8000)
    for (end, problem) in [
      ("<t a=\"1\"", FormatError.Problem.truncated), ("<t a=\"1\" a=\"1\"/>", .malformed),
      ("</s>", .malformed), ("</r><t a=\"1\"/>", .malformed),
      (String(repeating: "<t a=\"1\">", count: 70), .tooLarge),
    ] {
      let bytes = Array(("<r>" + many + end).utf8)
      #expect {
        var scanner = try XMLScanner(bytes, format: .mzml)
        while try scanner.next() != nil {}
      } throws: {
        let error = $0 as? FormatError
        return error?.problem == problem && (error?.offset ?? 0) >= 3 + many.utf8.count
      }
    }
  }
}
