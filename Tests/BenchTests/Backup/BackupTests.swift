import Delivery
import Foundation
import Laboratory
import Records
import Synchronization
import Testing

@testable import Bench

/// A backup is what was there, or says what it is not.
@Suite(.timeLimit(.minutes(5))) struct BackupTests {
  /// A home with two runs, and a folder for backups beside it.
  private struct Place {
    let bench: ImportBench
    let outside: TemporaryFolder
    var home: String { bench.folder.path }
    var folder: String { outside.path + "/backups" }

    init() throws {
      bench = try ImportBench()
      outside = try TemporaryFolder()
      for name in ["a", "b"] {
        _ = try bench.run([try bench.put("\(name).jdx", ImportBench.jcamp(name))], sample: name)
      }
    }

    func backup(withKeys: Bool = false) throws -> HomeBackup.Report {
      try HomeBackup(home: bench.bench.home, withKeys: withKeys, person: "ada").make(in: folder)
    }

    func restore(_ backup: String, unsigned: Bool = false) throws -> HomeRestore.Report {
      try HomeRestore(backup: backup, unsigned: unsigned, person: "ada")
        .run(into: outside.path + "/new")
    }

    func drill(_ backup: String, unsigned: Bool = false) throws -> HomeRestore.Report {
      try HomeRestore(backup: backup, unsigned: unsigned, person: "ada").drill(in: outside.path)
    }

    func code(_ work: () throws -> Void) -> String? {
      do { try work() } catch { return (error as? Failure)?.code ?? "\(error)" }
      return nil
    }

    func put(_ text: String, _ path: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    func manifest(_ backup: String) throws -> BackupManifest {
      try BackupManifest(
        reading: [UInt8](
          try Data(contentsOf: URL(fileURLWithPath: backup + "/manifest.json"))))
    }
  }

  /// Every plain file below a folder with its bytes.
  private func content(_ folder: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    let walk = FileManager.default.enumerator(atPath: folder)
    while let inner = walk?.nextObject() as? String {
      let path = "\(folder)/\(inner)"
      let type = try FileManager.default.attributesOfItem(atPath: path)[.type]
      if type as? FileAttributeType == .typeRegular {
        found[inner] = try Data(contentsOf: URL(fileURLWithPath: path))
      }
    }
    return found
  }

  // MARK: - What is refused

  @Test func aFlippedByteAMissingAndACutFileAreNamed() throws {
    let place = try Place()
    let backup = try place.backup().path
    let files = try place.manifest(backup).files
    #expect(files.count >= 6)
    for file in files {
      let path = "\(backup)/home/\(file.path)"
      let right = try Data(contentsOf: URL(fileURLWithPath: path))
      var flipped = right
      if let last = flipped.indices.last { flipped[last] ^= 1 } else { flipped.append(0) }
      for damaged in [flipped, right.dropLast(), right + [0], nil] {
        if let damaged {
          guard damaged != right else { continue }
          try damaged.write(to: URL(fileURLWithPath: path))
        } else {
          try FileManager.default.removeItem(atPath: path)
        }
        do {
          _ = try place.restore(backup)
          Issue.record("\(file.path) was taken")
        } catch let failure as Failure {
          #expect(failure.code == "backup-damaged")
          #expect(failure.why.contains(file.path), "\(failure.why)")
        }
        try right.write(to: URL(fileURLWithPath: path))
      }
    }
    #expect(try place.drill(backup).files == files.count)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.outside.path) == ["backups"],
      "nothing half brought back is left")
  }

  @Test func everyByteOfManifestAndSealCounts() throws {
    let place = try Place()
    let backup = try place.backup().path
    for name in ["manifest.json", "manifest.sig"] {
      let url = URL(fileURLWithPath: "\(backup)/\(name)")
      let right = try Data(contentsOf: url)
      for index in right.indices {
        var flipped = right
        flipped[index] ^= 0x20
        try flipped.write(to: url)
        let found = place.code {
          _ = try BackupPlace(path: backup).read(unsigned: false)
        }
        #expect(found == "backup-damaged", "\(name) byte \(index)")
      }
      try right.write(to: url)
    }
    try FileManager.default.removeItem(atPath: backup + "/manifest.sig")
    #expect(place.code { _ = try place.drill(backup) } == "backup-not-signed")
    #expect(try place.drill(backup, unsigned: true).key == nil)
    let other = String(repeating: "ab", count: 32)
    let foreign = HomeRestore(backup: backup, unsigned: true, key: other, person: "ada")
    #expect(place.code { _ = try foreign.drill(in: place.outside.path) } == "backup-damaged")
  }

  @Test(arguments: [
    "../x", "/etc/x", "a/../../x", "a//x", "", ".", "..", "a/.", "runs/../../x", "x\u{0}y", "x\ny",
    String(repeating: "n", count: 256), String(repeating: "a/", count: 40) + "x",
  ])
  func noPathOfAManifestLeadsOutOfTheHome(path: String) throws {
    #expect(BackupManifest.objection(to: path) != nil)
    let place = try Place()
    let backup = try place.backup().path
    var manifest = try place.manifest(backup)
    let file = try #require(manifest.files.first { !$0.path.contains("/") } ?? manifest.files.first)
    manifest.files.append(
      BackupManifest.File(path: path, size: file.size, sha256: file.sha256, mode: "0640"))
    try Data(try manifest.bytes()).write(to: URL(fileURLWithPath: backup + "/manifest.json"))
    try FileManager.default.removeItem(atPath: backup + "/manifest.sig")
    #expect(place.code { _ = try place.restore(backup, unsigned: true) } == "backup-damaged")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.outside.path) == ["backups"])
  }

  @Test func linksAreFollowedNeitherWhenItIsMadeNorWhenItIsBroughtBack() throws {
    let place = try Place()
    let secret = place.outside.path + "/secret"
    try place.put("not of the home", secret)
    try FileManager.default.createSymbolicLink(
      atPath: place.home + "/methods", withDestinationPath: place.outside.path)
    try FileManager.default.createSymbolicLink(
      atPath: place.home + "/spool/link", withDestinationPath: secret)
    let report = try place.backup()
    #expect(
      report.leftOut.filter { !$0.isMeant }.map(\.path).sorted() == ["methods", "spool/link"])
    #expect(report.failure?.code == "backup-left-out")
    #expect(try !content(report.path).values.contains(Data("not of the home".utf8)))
    // A folder of the backup that was put elsewhere.
    let runs = report.path + "/home/runs"
    try FileManager.default.moveItem(atPath: runs, toPath: place.outside.path + "/moved")
    try FileManager.default.createSymbolicLink(
      atPath: runs, withDestinationPath: place.outside.path + "/moved")
    #expect(place.code { _ = try place.restore(report.path) } == "backup-damaged")
  }

  @Test func nothingIsBroughtBackOverSomething() throws {
    let place = try Place()
    let backup = try place.backup().path
    let new = place.outside.path + "/new"
    try FileManager.default.createDirectory(atPath: new, withIntermediateDirectories: true)
    try place.put("mine", new + "/.hidden")
    #expect(place.code { _ = try place.restore(backup) } == "restore-not-empty")
    #expect(try FileManager.default.contentsOfDirectory(atPath: new) == [".hidden"])
    try FileManager.default.removeItem(atPath: new + "/.hidden")
    #expect(try place.restore(backup).home == new)
    #expect(place.code { _ = try place.restore(place.home) } == "restore-not-empty")
    #expect(
      place.code {
        _ = try HomeRestore(backup: backup, person: "ada").run(into: "/none/at/all")
      } == "publish-folder-missing")
    #expect(
      place.code { _ = try place.drill(place.outside.path + "/none") } == "backup-not-found")
  }

  @Test func aBackupInTheHomeOrAroundItIsRefused() throws {
    let place = try Place()
    let around = URL(fileURLWithPath: place.home).deletingLastPathComponent().path
    for folder in [place.home + "/backups", place.home, around] {
      let found = place.code {
        _ = try HomeBackup(home: place.bench.bench.home, person: "ada").make(in: folder)
      }
      #expect(found == "backup-inside-home", "\(folder)")
    }
    let none = Home(explicit: place.outside.path + "/none", environment: [:])
    #expect(
      place.code { _ = try HomeBackup(home: none, person: "ada").make(in: place.folder) }
        == "backup-no-home")
  }

  @Test(
    .enabled(if: SmallDisk.isPossible, "no disk in memory can be mounted: full disk NOT checked"))
  func aFullDiskLeavesNoBackupThatLooksLikeOne() throws {
    let place = try Place()
    try Data(count: 400_000).write(to: URL(fileURLWithPath: place.home + "/large.bin"))
    let disk = try #require(SmallDisk(kibibytes: 256, in: place.outside.path + "/."))
    let refused = #expect(throws: Failure.self) {
      _ = try HomeBackup(home: place.bench.bench.home, person: "ada").make(in: disk.path + "/b")
    }
    #expect(refused?.code == "publish-no-space" && refused?.exit == .noSpace)
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path + "/b") == [".lock"])
  }

  @Test func aFailureAtEveryStepLeavesWholeBackupsAlone() throws {
    let place = try Place()
    let first = try place.backup().path
    let count = Mutex(0)
    let failing = Mutex(Int.max)
    var backup = HomeBackup(home: place.bench.bench.home, person: "ada")
    backup.disk.before = { _ in
      let here = count.withLock {
        $0 += 1; return $0
      }
      return here >= failing.withLock({ $0 }) ? 5 : nil
    }
    _ = try backup.make(in: place.folder)
    let steps = count.withLock { $0 }
    #expect(steps > 100)
    let whole = try FileManager.default.contentsOfDirectory(atPath: place.folder)
      .filter(BackupPlace.isName)
    var failed = 0
    for step in stride(from: 1, to: steps, by: 7) {
      count.withLock { $0 = 0 }
      failing.withLock { $0 = step }
      do { _ = try backup.make(in: place.folder) } catch { failed += 1 }
      failing.withLock { $0 = .max }
      for name in try FileManager.default.contentsOfDirectory(atPath: place.folder)
      where BackupPlace.isName(name) && !whole.contains(name) {
        // It has its name: then it is whole, although the last sync failed.
        _ = try place.drill("\(place.folder)/\(name)")
        try FileManager.default.removeItem(atPath: "\(place.folder)/\(name)")
      }
    }
    #expect(failed > steps / 7 - 20)
    #expect(try place.drill(first).files > 5)
  }

  // MARK: - What is kept

  @Test func aHomeComesBackToTheLastByte() throws {
    let place = try Place()
    let report = try place.backup()
    let before = try content(place.home)
    let restored = try place.restore(place.folder)
    #expect(restored.files == report.files && restored.audit.passed && restored.key == report.key)
    #expect(restored.catalogue["runs"] == 2 && restored.problems.isEmpty)
    let new = place.outside.path + "/new"
    let after = try content(new)
    for (path, bytes) in before
    where !path.hasPrefix("run/") && !path.hasPrefix("gauger.sqlite") && path != "audit/key" {
      if path.hasPrefix("audit/") { continue }
      #expect(after[path] == bytes, "\(path)")
    }
    #expect(report.leftOut.map(\.path) == ["audit/key"])
    let home = Home(explicit: new, environment: [:])
    #expect(RunStore(home: home).list().runs == RunStore(home: place.bench.bench.home).list().runs)
    // The chain goes on, and says where it was.
    let chain = AuditChain(home: new)
    #expect(try chain.verify().passed)
    var last: AuditEntry?
    try chain.entries { entry, _ in last = entry }
    #expect(last?.action == "home-restored" && last?.new == report.manifestSHA256)
    // Both its anchor and the backup made after it fit.
    #expect(
      try chain.verify(anchors: try AuditAnchor.read(report.path + "/audit-head")).passed)
  }

  @Test func theNextOneWritesOnlyWhatChangedAndBothAreWhole() throws {
    let place = try Place()
    let first = try place.backup()
    #expect(first.written == first.files && first.mended.isEmpty)
    _ = try place.bench.run(
      [try place.bench.put("c.jdx", ImportBench.jcamp("c"))], sample: "c")
    let second = try place.backup()
    #expect(second.path != first.path)
    // The run's two files, the audit segment.
    #expect(second.written == 3, "\(second)")
    #expect(second.files == first.files + 2)
    for backup in [first, second] { #expect(try place.drill(backup.path).files == backup.files) }
    // What rots in the first is not taken over into the third, and told.
    let path = try #require(
      try place.manifest(first.path).files.first { $0.path.hasSuffix(".jdx") }
    ).path
    let url = URL(fileURLWithPath: "\(second.path)/home/\(path)")
    var bytes = try Data(contentsOf: url)
    bytes[10] ^= 1
    let handle = try FileHandle(forWritingTo: url)
    try handle.write(contentsOf: bytes)
    try handle.close()
    let third = try place.backup()
    #expect(third.mended == [path])
    #expect(try place.drill(third.path).files == third.files)
    #expect(place.code { _ = try place.drill(second.path) } == "backup-damaged")
  }

  @Test func secretsStayOutUnlessTheyAreAskedFor() throws {
    let place = try Place()
    try place.put("a password of the LIMS\n", place.home + "/lims.key")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: place.home + "/lims.key")
    try place.put(
      """
      destinations:
        - name: lims
          type: http
          url: https://lims.example/in
          credentials_file: \(place.home)/lims.key
      """, place.home + "/bench.yaml")
    #expect(try Configuration.read(home: place.bench.bench.home).destinations.count == 1)
    let report = try place.backup()
    #expect(report.leftOut.map(\.path).sorted() == ["audit/key", "lims.key"])
    #expect(report.failure == nil)
    #expect(try content(report.path).keys.allSatisfy { !$0.hasSuffix("lims.key") })
    let whole = try place.backup(withKeys: true)
    #expect(whole.leftOut.isEmpty)
    _ = try place.restore(whole.path)
    for name in ["audit/key", "lims.key"] {
      let mode = try FileManager.default.attributesOfItem(
        atPath: place.outside.path + "/new/" + name)[.posixPermissions]
      #expect((mode as? NSNumber)?.intValue == 0o600, "\(name)")
    }
    // Where nobody can say which files are secrets, those are that only their owner may read.
    try place.put("destinations: [", place.home + "/bench.yaml")
    let careful = try place.backup()
    #expect(careful.leftOut.map(\.path).sorted() == ["audit/key", "lims.key"])
    #expect(careful.failure?.code == "backup-left-out")
  }

  @Test func aRunThatGoesOnIsKeptAsFarAsItHasCome() async throws {
    let emulated = try EmulatedBench(speed: 50)
    let outside = try TemporaryFolder()
    let home = emulated.bench.home
    let made = Mutex<HomeBackup.Report?>(nil)
    // Without an end of its own, so that a slow computer meets it while it goes on.
    let ended = try await emulated.run(emulated.request(scans: 1_000_000)) { event, handle in
      // Frames that are known to be in the journal by now.
      guard case .progress(let progress) = event, progress.counts.durable > 20,
        made.withLock({ $0 == nil })
      else { return }
      do {
        let report = try HomeBackup(home: home, person: "ada").make(in: outside.path)
        made.withLock { $0 = report }
      } catch { Issue.record(error) }
      handle.stop()
    }
    let run = try #require(ended.record).run
    let report = try #require(made.withLock { $0 })
    #expect(ended.status == .stoppedShort)
    #expect(report.unfinished == [run])
    let restored = try HomeRestore(backup: report.path, person: "ada")
      .run(into: outside.path + "/new")
    #expect(restored.unfinished == [run] && restored.audit.passed)
    let bench = try Bench(
      home: Home(explicit: outside.path + "/new", environment: [:]),
      profiles: emulated.bench.profiles, reach: emulated.bench.reach)
    #expect(bench.runs.unfinished().map(\.run) == [run])
    #expect(bench.runs.unfinished().allSatisfy { !$0.isRunning })
    let reports = try Recovery(bench: bench).recoverAll()
    #expect(reports.map(\.outcome) == [.recovered])
    #expect(reports.first?.bytesCut == 0, "whole records alone")
    #expect(Verification(bench: bench).verify(run).passed)
  }
}
