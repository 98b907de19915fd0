internal import Foundation

/// Finds which process has a device node open, as far as this user may look.
///
/// Reads the links `/proc/*/fd/*`. Those of other people's processes cannot be read without
/// rights; then nobody is found.
enum NodeHolders {
  /// Name and number of a process that has `node` open (`python3, process 4711`).
  static func holder(of node: String) -> String? { holders(of: [node])[node] }

  /// The holders of several nodes, by node, in one walk through the processes.
  static func holders(of nodes: [String]) -> [String: String] {
    guard !nodes.isEmpty else { return [:] }
    // Under the preload bench the node is a pipe in the bench's folder, or leads to a
    // pseudo-terminal, and the emulator has it open by design. Only processes that live in the same
    // bench are real holders there.
    let bench = EmulationMark.benchFolder
    let wanted = Dictionary(
      nodes.flatMap { node in
        var names = [node, URL(fileURLWithPath: node).resolvingSymlinksInPath().path]
        if let bench { names += [bench + node] }
        // What stands behind an emulated port, as the bench's own link tells.
        if let end = bench.flatMap({ SerialNode.linkTarget($0 + node) }) { names.append(end) }
        if bench != nil, let end = SerialNode.linkTarget(node) { names.append(end) }
        return names.map { ($0, node) }
      }, uniquingKeysWith: { first, _ in first })
    var found: [String: String] = [:]
    let files = FileManager.default
    guard let processes = try? files.contentsOfDirectory(atPath: "/proc") else { return [:] }
    for process in processes.compactMap({ Int32($0) }).sorted() {
      let folder = "/proc/\(process)/fd"
      guard let descriptors = try? files.contentsOfDirectory(atPath: folder) else { continue }
      for descriptor in descriptors {
        guard
          let target = try? files.destinationOfSymbolicLink(atPath: "\(folder)/\(descriptor)"),
          let node = wanted[target], found[node] == nil
        else { continue }
        if let bench, !lives(process, in: bench) { continue }
        found[node] = "\(name(of: process)), process \(process)"
      }
      if found.count == nodes.count { break }
    }
    return found
  }

  private static func name(of process: Int32) -> String {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8) else {
      return "unknown program"
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func lives(_ process: Int32, in bench: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/environ") else {
      return false
    }
    let wanted = Array("\(EmulationMark.benchVariable)=\(bench)".utf8)
    return data.split(separator: 0).contains { Array($0) == wanted }
  }
}
