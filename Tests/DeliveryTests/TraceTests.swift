import Foundation
import Testing

@testable import Delivery

/// What the kernel was asked, by strace: the wrappers of the calls are themselves judged here.
@Suite struct TraceTests {
  static let strace = "/usr/bin/strace"

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: strace), "no strace here"))
  func theKernelIsAskedToSyncBeforeAndAfterTheRename() throws {
    let folder = try TestFolder()
    let trace = folder.path + "/trace"
    // This program again, as a child that runs one other test and can be traced from its start.
    try run(
      Self.strace, "-f", "-y", "-s", "300", "-o", trace,
      "-e", "trace=openat,write,fsync,rename,renameat,renameat2,linkat", "-e", "signal=none",
      CommandLine.arguments[0], "--testing-library", "swift-testing",
      "--filter", "aPublishedFileHasItsNameContentHashAndMode")
    let lines = try folder.text("trace").split(separator: "\n").map(String.init)
    let calls = lines.filter { $0.contains("/gauger-delivery-") }
    let steps = calls.compactMap { line -> String? in
      if line.contains("fsync(") { return line.contains(".part>") ? "sync file" : "sync folder" }
      if line.contains("O_EXCL") {
        let all = ["O_CREAT", "O_NOFOLLOW", "O_CLOEXEC", "0640"].allSatisfy { line.contains($0) }
        return all ? "create" : "create loosely"
      }
      if line.contains("write("), line.contains(".part>") { return "write" }
      if line.contains("rename") {
        return line.contains("RENAME_NOREPLACE") ? "rename" : "rename over"
      }
      return nil
    }
    #expect(steps == ["create", "write", "sync file", "rename", "sync folder"], "\(calls)")
  }
}
