import Foundation
import Testing

@testable import Formats

/// Texts that the reference implementation made, in OpenMS.
@Suite struct NumpressTests {
  private let masses = [50.0, 51.25, 77.1, 77.1, 300.5]

  private func read(
    _ text: String, _ packing: String, _ count: Int
  ) throws(FormatError) -> [Double] {
    var array = MzMLArray(offset: 0)
    (array.kind, array.meaning) = (.float64, "MS:1000514")
    var scanner = try XMLScanner(Array(MzML.term(packing).utf8), format: .mzml)
    if case .start(let tag)? = try scanner.next() { try array.take(MzMLTerm(tag)) }
    array.text = Array(text.utf8)[...]
    return try array.values(count)
  }

  private func isRefused(_ text: String, _ packing: String, _ count: Int) -> Bool {
    (try? read(text, packing, count)) == nil
  }

  @Test(arguments: [
    ("QWI0VmAAAAD2xnEcVtInHRZirv2aMltBAgv2H3A=", "MS:1002312"),
    ("eJxzTDIJS2BgYPh2rFAm7JK6rFjSur+zjKIdmbi/yRcAAJRVCmA=", "MS:1002746"),
  ]) func linearOnesAreAsNearAsTheirFixedPoint(text: String, packing: String) throws {
    let found = try read(text, packing, 5)
    #expect(zip(found, masses).allSatisfy { abs($0 - $1) < 2e-9 * $1 })
    for count in [0, 1, 2, 4, 6, 1 << 25] { #expect(isRefused(text, packing, count), "\(count)") }
    for length in stride(from: 0, to: text.count, by: 4) {
      #expect(isRefused(String(text.prefix(length)), packing, 5), "\(length)")
    }
  }

  @Test func oneAndTwoValuesHaveNoDifferences() throws {
    for (text, packing) in [
      ("QYR64UAAAADQ//9/", "MS:1002312"), ("eJxzbKl66MDAwHDh//96ACArBa4=", "MS:1002746"),
    ] {
      let found = try read(text, packing, 1)
      #expect(found.count == 1 && abs(found[0] - 50) < 1e-7)
    }
    let found = try read("QYP7ATgAAACex+B8z///fw==", "MS:1002312", 2)
    #expect(found.count == 2 && abs(found[1] - 51.25) < 1e-7)
    #expect(try read("", "MS:1002312", 0) == [])
  }

  @Test(arguments: [("hzMHERcWAQ==", "MS:1002313"), ("eJxrN2YXFBdjBAAFwwEB", "MS:1002747")])
  func wholeNumbersAreExact(text: String, packing: String) throws {
    #expect(try read(text, packing, 5) == [0, 3, 70000, 1, 16])
    for count in [0, 1, 3, 4, 6] { #expect(isRefused(text, packing, count), "\(count)") }
  }

  @Test func shortLogarithmsGiveFourDigits() throws {
    let values = [0.0, 3, 70000, 1, 16]
    var bytes = (0..<8).map {
      UInt8(truncatingIfNeeded: (5000.0).bitPattern >> (56 - 8 * UInt64($0)))
    }
    for value in values {
      let short = UInt16((log(value + 1) * 5000).rounded())
      bytes += [UInt8(truncatingIfNeeded: short), UInt8(short >> 8)]
    }
    let found = try read(Data(bytes).base64EncodedString(), "MS:1002314", 5)
    #expect(zip(found, values).allSatisfy { abs($0 - $1) <= 2e-4 * $1 })
    #expect(isRefused(Data(bytes).base64EncodedString(), "MS:1002314", 4))
    #expect(isRefused(Data(bytes.dropLast()).base64EncodedString(), "MS:1002314", 5))
    // A factor of nothing, and one that is no number.
    for factor in [0, .nan, -1, Double.infinity] {
      let head = (0..<8).map {
        UInt8(truncatingIfNeeded: factor.bitPattern >> (56 - 8 * UInt64($0)))
      }
      #expect(isRefused(Data(head + bytes[8...]).base64EncodedString(), "MS:1002314", 5))
    }
  }

  @Test func noiseIsRefusedOrGivesFiniteNumbers() {
    var generator = SeededGenerator(state: 12)
    for packing in ["MS:1002312", "MS:1002313", "MS:1002314", "MS:1002746"] {
      for _ in 0..<300 {
        let count = Int.random(in: 0..<60, using: &generator)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let wanted = Int.random(in: 0..<80, using: &generator)
        if let found = try? read(Data(bytes).base64EncodedString(), packing, wanted) {
          #expect(found.count == wanted && found.allSatisfy { $0.isFinite })
        }
      }
    }
  }
}
