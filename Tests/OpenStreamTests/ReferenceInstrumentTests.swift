import Foundation
import Glibc
import Instruments
import Links
import Testing

@testable import OpenStream

/// The reference instrument in C, compiled here, driven over a pseudo-terminal.
@Suite(.enabled(if: Reference.compiler != nil, "there is no C compiler"), .timeLimit(.minutes(2)))
struct ReferenceInstrumentTests {
  /// The page's readings, computed anew: two triangles over two offsets, in counts.
  private func reading(_ channel: Int, _ tick: Int64) -> Int64 {
    func triangle(_ apex: Int64, _ half: Int64, _ height: Int64) -> Int64 {
      let distance = abs(tick - apex)
      return distance >= half ? 0 : height - height * distance / half
    }
    return channel == 0 ? 500 + triangle(2000, 500, 80_000) : -250 + triangle(3000, 250, 40_000)
  }

  @Test func theSourceIsPlainCOfThreeHundredLinesAtMost() throws {
    let source = try String(
      contentsOf: Reference.folder.appending(path: "instrument.c"), encoding: .utf8)
    #expect(source.split(separator: "\n", omittingEmptySubsequences: false).count <= 300)
    for word in ["malloc", "printf", "#include <unistd"] { #expect(!source.contains(word)) }
  }

  @Test func everyScanOfARunArrivesWithItsNumbers() throws {
    let reference = try Reference(["400"])
    defer { reference.stop() }
    var instrument = try OpenStreamInstrument(
      link: try reference.link(), profile: try Stand.profile(quick: false))
    #expect(instrument.record.serialNumber == "REF-0001")
    #expect(instrument.capabilities.channels.map(\.unit) == ["mAU", "uS/cm"])
    let inForce = try instrument.apply(Settings(["rate_Hz": 1000]))
    #expect(inForce == Settings(["rate_Hz": 1000]))
    let interpreter = try OpenStreamInstrument.interpret(
      try Stand.profile(), instrument.record)
    var (numbers, scan) = ([UInt64](), SeriesScan())
    while true {
      let (readout, bytes) = try instrument.next()
      if readout.outcome == .ended { break }
      #expect(readout.lost == 0)
      guard readout.outcome == .complete else { continue }
      try interpreter.decode(bytes.span, &scan)
      numbers.append(scan.number)
      let tick = Int64(scan.number)
      #expect(scan.times == [Double(tick) / 1000])
      #expect(
        scan.values == [Double(reading(0, tick)) * 0.001, Double(reading(1, tick))], "\(tick)")
    }
    #expect(numbers == Array(0..<400))
    // A second run begins anew; then its end is the host's.
    try instrument.makeSafe()
    _ = try instrument.apply(Settings())
    var readout = try instrument.next()
    while readout.0.outcome == .nothingYet { readout = try instrument.next() }
    try interpreter.decode(readout.1.span, &scan)
    #expect(scan.number == 0 && scan.times == [0])
    try instrument.close()
  }

  @Test func scansThatItLeavesOutAreToldAsLost() throws {
    let reference = try Reference(["100", "7"])
    defer { reference.stop() }
    var instrument = try OpenStreamInstrument(
      link: try reference.link(), profile: try Stand.profile(quick: false))
    _ = try instrument.apply(Settings(["rate_Hz": 1000]))
    var (kept, lost) = (0, UInt64(0))
    while true {
      let readout = try instrument.next().0
      if readout.outcome == .ended { break }
      lost += readout.lost
      kept += readout.outcome == .complete ? 1 : 0
    }
    #expect(kept == 86 && lost == 14)
    try instrument.close()
  }

  @Test func itRefusesWhatThePageForbids() throws {
    let reference = try Reference([])
    defer { reference.stop() }
    var instrument = try OpenStreamInstrument(
      link: try reference.link(), profile: try Stand.profile(quick: false))
    #expect(throws: DriverError.self) { try instrument.apply(Settings(["rate_Hz": 0])) }
    #expect(throws: DriverError.self) { try instrument.apply(Settings(["gain": 1])) }
    let standard = try instrument.apply(Settings())
    #expect(standard == Settings(["rate_Hz": 10]))
    try instrument.close()
  }

  @Test func anInstrumentThatIsPulledOutIsGone() throws {
    let reference = try Reference([])
    var instrument = try OpenStreamInstrument(
      link: try reference.link(), profile: try Stand.profile(quick: false))
    _ = try instrument.apply(Settings(["rate_Hz": 1000]))
    while try instrument.next().0.outcome != .complete {}
    reference.stop()
    var failure: DriverError?
    for _ in 0..<10_000 where failure == nil {
      do { _ = try instrument.next() } catch { failure = error }
    }
    #expect(failure == .link(.gone, step: "read scan"))
  }

  @Test func aLocalSocketIsALineToo() throws {
    let socket = FileManager.default.temporaryDirectory.appending(
      path: "open-stream-\(UUID().uuidString.prefix(8)).sock"
    ).path
    defer { try? FileManager.default.removeItem(atPath: socket) }
    #expect(throws: LinkError.gone) {
      _ = try SerialLink(address: "socket:\(socket)", facts: SerialFacts(baud: 115_200))
    }
    let reference = try Reference(["60", "0", socket])
    let port = try #require(try PortList.line(at: "socket:\(socket)", bridged: false))
    #expect(port.kind == .socket && port.isEmulated && port.state == .ready)
    for _ in 0..<2 {
      var instrument = try OpenStreamInstrument(
        link: try SerialLink(port: port, facts: SerialFacts(baud: 115_200)),
        profile: try Stand.profile(quick: false))
      _ = try instrument.apply(Settings(["rate_Hz": 1000]))
      var (kept, hasEnded) = (0, false)
      while !hasEnded {
        let readout = try instrument.next().0
        kept += readout.outcome == .complete ? 1 : 0
        hasEnded = readout.outcome == .ended
      }
      #expect(kept == 60)
      try instrument.close()
    }
    var instrument = try OpenStreamInstrument(
      link: try SerialLink(port: port, facts: SerialFacts(baud: 115_200)),
      profile: try Stand.profile(quick: false))
    _ = try instrument.apply(Settings())
    reference.stop()
    var failure: DriverError?
    for _ in 0..<10_000 where failure == nil {
      do { _ = try instrument.next() } catch { failure = error }
    }
    guard case .link(.gone, _) = failure else {
      Issue.record("a program that is gone is told as \(String(describing: failure))")
      return
    }
  }

  @Test func theQuestionInTextFindsItAndItsSerialNumber() throws {
    let reference = try Reference([])
    defer { reference.stop() }
    let port = try #require(
      try PortList.line(at: "pty:\(reference.path)", bridged: true))
    let inquiry = try SerialAsker.ask(port, for: [try Stand.profile(quick: false)])
    #expect(
      inquiry.answers == [.init(model: "open-stream/instrument", serialNumber: "REF-0001")])
  }
}

/// The reference instrument as a process of its own.
private final class Reference {
  static let folder = Stand.checkout.appending(path: "Tests/Support/ReferenceInstrument")
  static let compiler = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// The port that it serves.
  let path: String
  private let process = Process()
  private let program: URL

  init(_ words: [String]) throws {
    program = FileManager.default.temporaryDirectory.appending(
      path: "reference-\(UUID().uuidString)")
    let compile = Process()
    compile.executableURL = URL(filePath: try #require(Self.compiler))
    compile.arguments =
      ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-o", program.path]
      + ["instrument.c", "board_posix.c"].map { Self.folder.appending(path: $0).path }
    try compile.run()
    compile.waitUntilExit()
    try #require(compile.terminationStatus == 0)
    let output = Pipe()
    process.executableURL = program
    process.arguments = words
    process.standardOutput = output
    try process.run()
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 0x0A {
      line.append(byte)
    }
    path = String(decoding: line, as: UTF8.self)
  }

  func link() throws(LinkError) -> SerialLink {
    try SerialLink(address: "pty:\(path)", facts: SerialFacts(baud: 115_200))
  }

  func stop() {
    guard process.isRunning else { return }
    // A test's threads block the gentler signals, and what they start inherits that.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: program)
  }
}
