import Foundation
import Instruments
import Laboratory
import Synchronization
import Testing

@testable import Delivery

/// A folder of a test's own, removed when the test lets go of it.
final class TestFolder: Sendable {
  let path: String

  /// `inMemory` for tests that sync hundreds of times.
  init(inMemory: Bool = false) throws {
    let memory = inMemory && FileManager.default.isWritableFile(atPath: "/dev/shm")
    path = (memory ? "/dev/shm/" : NSTemporaryDirectory()) + "gauger-delivery-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func names(_ inner: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/" + inner).sorted()
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  func write(_ text: String, _ name: String) throws {
    try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
  }
}

/// Counts the calls to the file system, keeps them, and lets the chosen ones fail.
final class Observer: Sendable {
  private let state = Mutex<(calls: [DiskCall], deadFrom: Int, failing: Int32, at: Int)>(
    ([], .max, 0, -1))

  /// As if the program were killed before call `index`: from there on nothing happens any more.
  func kill(at index: Int) { state.withLock { $0.deadFrom = index } }

  /// Lets call `index` alone fail with this `errno`.
  func fail(at index: Int, with number: Int32) {
    state.withLock { ($0.at, $0.failing) = (index, number) }
  }

  var calls: [DiskCall] { state.withLock { $0.calls } }

  func ask(_ call: DiskCall) -> Int32? {
    state.withLock {
      let index = $0.calls.count
      $0.calls.append(call)
      if index >= $0.deadFrom { return EIO }
      return index == $0.at ? $0.failing : nil
    }
  }

  var publisher: Publisher {
    var publisher = Publisher()
    publisher.disk.before = { self.ask($0) }
    return publisher
  }
}

/// Runs a program and requires that it ends well; gives what it printed.
@discardableResult
func run(_ program: String, _ arguments: String...) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  let stdout = Pipe()
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = stdout
  try process.run()
  let text = try stdout.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "\(program) \(arguments)")
  return String(decoding: text, as: UTF8.self)
}

/// Independent programs that tests ask; skipped aloud where absent, a failure where required.
enum Strangers {
  static let required = ProcessInfo.processInfo.environment["GAUGER_STRANGERS"] == "required"
  static let python = ProcessInfo.processInfo.environment["GAUGER_PYTHON"]
  static let maySkip = python == nil && !required
}

let someRun = RunID("20261120T101500Z-usb4000-abcd")
let twoFiles = [
  DeliverableFile(suffix: "jdx", content: .bytes(Array("##TITLE=vial 7\n".utf8))),
  DeliverableFile(suffix: "result.csv", content: .bytes(Array("run,sample\r\n".utf8))),
]

func deliverable(
  _ run: RunID? = someRun, attempt: Int = 1, emulated: Bool = false,
  files: [DeliverableFile] = twoFiles
) throws -> Deliverable {
  Deliverable(
    id: DeliveryID(run: try #require(run), attempt: attempt), emulated: emulated, files: files)
}

func outbox(
  _ folder: TestFolder, acceptsEmulated: Bool = false, _ publisher: Publisher = Publisher()
) -> FolderDestination {
  var destination = FolderDestination(
    name: "lims", root: folder.path + "/lims", rootIs: .made, acceptsEmulated: acceptsEmulated)
  destination.publisher = publisher
  return destination
}

/// A reader written from the contract alone: takes what has a `.ready`, and checks it.
struct IndependentReader {
  let root: String
  private(set) var seen: [String: [String: String]] = [:]
  private(set) var complaints: [String] = []

  /// What the other program said of content that it has seen.
  private var known: [Data: String] = [:]

  init(root: String) { self.root = root }

  /// Begins anew with a root made anew.
  mutating func forget() { (seen, complaints) = ([:], []) }

  /// Looks once, as a loader that polls; takes each id at its first sight.
  mutating func look() throws {
    let out = root + "/out"
    guard FileManager.default.fileExists(atPath: out) else { return }
    for name in try FileManager.default.contentsOfDirectory(atPath: out)
    where name.hasSuffix(".ready") {
      let json = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: out + "/" + name)))
      guard let entry = json as? [String: Any], let id = entry["id"] as? String,
        let files = entry["files"] as? [[String: Any]], name == id + ".ready"
      else {
        complaints.append("\(name) is not the agreed JSON")
        continue
      }
      var taken: [String: String] = [:]
      for file in files {
        guard let name = file["name"] as? String, let size = file["size"] as? Int,
          let hash = file["sha256"] as? String,
          let data = FileManager.default.contents(atPath: out + "/" + name)
        else {
          complaints.append("\(id): a file is missing")
          continue
        }
        let found = try known[data] ?? Self.sha256(ofFileAt: out + "/" + name)
        known[data] = found
        if data.count != size || found != hash { complaints.append("\(name) differs") }
        taken[name] = hash
      }
      if let before = seen[id], before != taken { complaints.append("\(id) changed") }
      seen[id] = taken
    }
  }

  /// The hash by another program than ours.
  static func sha256(ofFileAt path: String) throws -> String {
    String(try run("/usr/bin/sha256sum", path).prefix(64))
  }
}
