import Foundation

/// Reads what `strace -f -y` saw of one program, and judges whether everything was kept by the disk
/// before anybody was told or shown.
///
/// Pessimistic: a sync covers only what was written completely before it began, and holds only from
/// its end.
struct SyncTrace {
  static let program = "/usr/bin/strace"
  static let isThere = FileManager.default.isExecutableFile(atPath: program)

  /// The command in front of the program's own.
  static func command(_ trace: String) -> [String] {
    [
      program, "-f", "-y", "-s", "1000", "-o", trace, "-e", "signal=none", "-e",
      "trace=openat,open,creat,write,pwrite64,writev,ftruncate,fsync,fdatasync,rename,renameat,"
        + "renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,close",
    ]
  }

  /// What was wrong, in the order of the trace.
  private(set) var complaints: [String] = []
  /// How often each rule had something to judge.
  private(set) var judged: [String: Int] = [:]

  /// Everything below it is judged.
  private let home: String
  /// Where standard output went.
  private let output: String
  /// How many frames the first so many bytes of a journal hold.
  private let framesWithin: (Int) -> Int

  init(
    _ lines: [Substring], home: String, output: String, framesWithin: @escaping (Int) -> Int
  ) {
    (self.home, self.output, self.framesWithin) = (home, output, framesWithin)
    for line in lines { read(line) }
    settle("the end")
    for path in made.sorted() where isOurs(path) || path == home { judgeWay(to: path, "the end") }
  }

  // MARK: - What is known of the disk

  private struct File {
    var begun = 0
    var ended = 0
    var bytes = 0
    var durable = 0
    var durableBytes = 0
    var isClosed = false
    var isClean: Bool { begun == durable }
  }

  private struct Call {
    var name: String
    var arguments: String
    var file = File()
    var names: Set<String> = []
  }

  private var files: [String: File] = [:]
  /// Names that the disk may not have yet, by folder.
  private var names: [String: Set<String>] = [:]
  private var made: Set<String> = []
  /// Names given by a rename, until their folder is synced.
  private var shown: Set<String> = []
  private var underWay: [Substring: Call] = [:]

  // MARK: - Lines

  private mutating func read(_ line: Substring) {
    guard let space = line.firstIndex(of: " ") else { return }
    let process = line[..<space]
    let rest = line[space...].drop { $0 == " " }
    if rest.hasPrefix("<... ") {
      guard var call = underWay.removeValue(forKey: process),
        let end = rest.range(of: " resumed>")
      else { return }
      call.arguments += rest[end.upperBound...]
      finish(&call)
    } else if let bracket = rest.firstIndex(of: "(") {
      let isUnfinished = rest.hasSuffix("<unfinished ...>")
      var call = Call(
        name: String(rest[..<bracket]),
        arguments: String(rest[rest.index(after: bracket)...].dropLast(isUnfinished ? 17 : 0)))
      begin(&call)
      if isUnfinished { underWay[process] = call } else { finish(&call) }
    }
  }

  private mutating func begin(_ call: inout Call) {
    let path = Self.descriptor(call.arguments)
    switch call.name {
    case "write", "pwrite64", "writev", "ftruncate":
      if path == output { tell(call.arguments) }
      guard isOurs(path) else { return }
      if call.name == "ftruncate" { judgeCut(path) }
      files[path, default: File()].begun += 1
    case "fsync", "fdatasync":
      call.file = files[path] ?? File()
      call.names = names[path] ?? []
    case "rename", "renameat", "renameat2", "linkat", "link": judgeName(call.arguments)
    case "unlink", "unlinkat":
      if Self.paths(call.arguments).first?.hasSuffix(".open") == true { settle("the mark's end") }
    default: break
    }
  }

  private mutating func finish(_ call: inout Call) {
    guard let result = Self.result(call.arguments), result.number >= 0 else { return }
    let path = Self.descriptor(call.arguments)
    switch call.name {
    case "write", "pwrite64", "writev", "ftruncate":
      guard isOurs(path) else { return }
      files[path]?.ended += 1
      files[path]?.bytes += call.name == "ftruncate" ? 0 : result.number
    case "fsync", "fdatasync":
      guard var file = files[path] ?? (names[path].map { _ in File() }) else { return }
      // What was under way when it began may not be covered.
      if call.file.begun == call.file.ended { file.durable = max(file.durable, call.file.ended) }
      file.durableBytes = max(file.durableBytes, call.file.bytes)
      if names[path] == nil { files[path] = file }
      guard call.name == "fsync" else { return }
      names[path]?.subtract(call.names)
      shown.subtract(call.names.map { path + "/" + $0 })
    case "openat", "open", "creat":
      let isNew = call.name == "creat" || call.arguments.contains("O_CREAT")
      guard isNew, let path = result.path, isOurs(path), files[path] == nil else { return }
      if path.hasSuffix("/raw.journal") { settle("the journal was begun") }
      files[path] = File()
      add(path)
    case "close": files[path]?.isClosed = true
    case "mkdir", "mkdirat":
      if let path = Self.paths(call.arguments).first {
        add(path)
        made.insert(path)
      }
    case "unlink", "unlinkat":
      if let gone = Self.paths(call.arguments).first { forget(gone) }
    case "rename", "renameat", "renameat2", "link", "linkat":
      let both = Self.paths(call.arguments)
      if both.count == 2 { move(both[0], both[1]) }
    default: break
    }
  }

  // MARK: - Rules

  /// A count of durable frames is told only when their bytes and all names on the way are kept.
  private mutating func tell(_ text: String) {
    settle("something was told")
    if text.contains("\\\"event\\\":\\\"started\\\"") {
      judged["started", default: 0] += 1
      // Its head is its first write; the records behind it may be on their way by now.
      for (path, file) in files where path.hasSuffix("/raw.journal") && file.durable == 0 {
        complaints.append("the run was told to have started before its journal's head was kept")
      }
    }
    guard let found = text.firstMatch(of: /\\"durable\\":(\d+)/), let count = Int(found.1),
      text.contains("\\\"event\\\":\\\"progress\\\""), count > 0,
      let journal = files.keys.first(where: { $0.hasSuffix("/raw.journal") })
    else { return }
    judged["durable", default: 0] += 1
    let sure = framesWithin(files[journal]?.durableBytes ?? 0)
    if count > sure { complaints.append("\(count) frames were told as durable, \(sure) were") }
    judgeWay(to: journal, "frames were told as durable")
  }

  /// A file gets its name only when its bytes are kept, and into a folder that is kept.
  private mutating func judgeName(_ arguments: String) {
    let both = Self.paths(arguments)
    guard both.count == 2, isOurs(both[1]) else { return }
    let target = Self.short(both[1], in: home)
    judged["rename", default: 0] += 1
    settle("\(target) was named")
    for (path, file) in files where path == both[0] || path.hasPrefix(both[0] + "/") {
      if !file.isClean { complaints.append("\(target) was named before its bytes were kept") }
    }
    for name in names[both[0]] ?? [] {
      complaints.append("\(target) was named before the name \(name) in it was kept")
    }
    judgeWay(to: Self.folder(of: both[1]), "\(target) was named")
    for (path, file) in files where file.isClosed && !file.isClean && !Self.isForTheMoment(path) {
      complaints.append("\(target) was named before \(Self.short(path, in: home)) was kept")
    }
    if both[1].hasSuffix("/run.json"), made.contains(Self.folder(of: both[1])) {
      let run = Self.folder(of: both[1]).split(separator: "/").last ?? ""
      let mark = "\(run).open"
      if files["\(home)/run/\(mark)"] == nil { complaints.append("\(target) without a mark") }
      if names["\(home)/run"]?.contains(mark) == true {
        complaints.append("\(target) was named before its mark was kept")
      }
    }
  }

  /// What is cut off a journal is kept elsewhere before.
  private mutating func judgeCut(_ path: String) {
    guard path.hasSuffix("/raw.journal") else { return }
    judged["cut", default: 0] += 1
    let copy = files.filter { $0.key.hasPrefix(path + ".torn") && $0.value.bytes > 0 }
    if copy.isEmpty { complaints.append("the journal was cut without a copy") }
    for (name, file) in copy {
      if !file.isClean { complaints.append("the journal was cut before \(name) was kept") }
      judgeWay(to: name, "the journal was cut")
    }
  }

  /// Every folder made on the way to a path, and the path itself, have names that are kept.
  private mutating func judgeWay(to path: String, _ what: String) {
    var rest = path
    while isOurs(rest) || rest == home {
      let name = String(rest.split(separator: "/").last ?? "")
      let folder = Self.folder(of: rest)
      if names[folder]?.contains(name) == true {
        complaints.append("\(what) before the name of \(Self.short(rest, in: home)) was kept")
      }
      rest = folder
    }
  }

  /// What got its name is kept before anything else is shown or told.
  private mutating func settle(_ when: String) {
    for path in shown { complaints.append("\(when) before \(Self.short(path, in: home)) was kept") }
    shown = []
  }

  // MARK: - Names

  private mutating func add(_ path: String) {
    guard isOurs(path) || path == home else { return }
    names[Self.folder(of: path), default: []].insert(String(path.split(separator: "/").last ?? ""))
  }

  private mutating func forget(_ path: String) {
    files[path] = nil
    names[Self.folder(of: path)]?.remove(String(path.split(separator: "/").last ?? ""))
  }

  private mutating func move(_ from: String, _ to: String) {
    guard isOurs(to) else { return }
    for (path, file) in files where path == from || path.hasPrefix(from + "/") {
      files[path] = nil
      files[to + path.dropFirst(from.count)] = file
    }
    names[to] = names.removeValue(forKey: from)
    names[Self.folder(of: from)]?.remove(String(from.split(separator: "/").last ?? ""))
    add(to)
    shown.insert(to)
    // That a name others could see is gone must be kept as well.
    let name = from.split(separator: "/").last ?? ""
    guard Self.folder(of: from) != Self.folder(of: to), !name.hasPrefix(".") else { return }
    names[Self.folder(of: from), default: []].insert("\(name), gone")
    shown.insert(from + ", gone")
  }

  private func isOurs(_ path: String) -> Bool { path.hasPrefix(home + "/") }

  /// Locks, marks and kept room say something of this moment alone.
  private static func isForTheMoment(_ path: String) -> Bool {
    [".lock", ".open", ".reserve"].contains { path.hasSuffix($0) }
  }

  private static func folder(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }

  private static func short(_ path: String, in home: String) -> String {
    path.replacingOccurrences(of: home + "/", with: "")
      .replacing(/\.[0-9a-f]+\.part|[0-9]{8}T[0-9]{6}Z-[^\/]*-[a-z2-7]{4}/, with: "*")
  }

  // MARK: - Words of strace

  /// The path of the descriptor that a call begins with.
  private static func descriptor(_ arguments: String) -> String {
    guard let found = arguments.prefixMatch(of: /\d+<([^>]*)>/) else { return "" }
    return String(found.1)
  }

  /// Every path that a call names, made absolute by the folder in front of it.
  private static func paths(_ arguments: String) -> [String] {
    arguments.matches(of: /(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]*)"/).map { match in
      match.2.hasPrefix("/") ? String(match.2) : "\(match.1 ?? "")/\(match.2)"
    }
  }

  private static func result(_ arguments: String) -> (number: Int, path: String?)? {
    guard let found = arguments.matches(of: /\) += (-?\d+)(?:<([^>]*)>)?/).last,
      let number = Int(found.1)
    else { return nil }
    return (number, found.2.map(String.init))
  }
}
