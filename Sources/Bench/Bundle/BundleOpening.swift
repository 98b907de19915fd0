internal import Delivery
internal import Formats
internal import Foundation
internal import Laboratory
internal import Records

/// A bundle as a folder that can be read: itself, or what was taken out of an archive.
struct BundleOpening {
  /// The folder.
  let path: String
  /// Its files, manifest and seal left out, each with size and hash.
  private(set) var found: [String: BundleContentCheck.Found] = [:]
  private let workplace: Workplace?

  /// The most bytes of a manifest or seal that are read.
  private static let largest = BundleManifest.largest

  /// Opens a folder or an archive; what is wrong with an archive's frame is told as links.
  ///
  /// Throws `bundle-not-found`, and what the disk refuses.
  init(_ named: String, _ report: inout BundleReport) throws(Failure) {
    let real = URL(fileURLWithPath: named).resolvingSymlinksInPath().path
    guard let facts = try? FileManager.default.attributesOfItem(atPath: real) else {
      throw Failure(
        "bundle-not-found", exit: .notFound, what: "There is no bundle at \(named).",
        why: "Nothing stands there.", next: "Name the folder or the archive of a bundle.")
    }
    if facts[.type] as? FileAttributeType == .typeDirectory {
      (path, workplace) = (real, nil)
    } else {
      let place = try Workplace(nil)
      (path, workplace) = (place.path, place)
      do throws(Failure) {
        try Self.unpack(real, into: place.path, &report)
      } catch {
        place.clear()
        throw error
      }
    }
    look(in: "", depth: 0)
  }

  /// Removes what was taken out of an archive.
  func close() { workplace?.clear() }

  /// Whether everything in it is a plain file or a folder, so that nothing outside is read by it.
  var isPlain: Bool {
    found.values.allSatisfy { if case .file = $0 { true } else { false } }
  }

  /// A file's bytes; nil where it is not there, no plain file, or larger than any that is read so.
  func bytes(_ name: String, limit: Int = largest) -> [UInt8]? {
    guard let file = try? OpenedFile(path: "\(path)/\(name)"), file.size <= limit else {
      return nil
    }
    return try? file.read(at: 0, count: file.size)
  }

  /// The hash of a file, where it is one.
  func hash(_ name: String) -> String? {
    if case .file(let file) = found[name] { file.sha256 } else { nil }
  }

  /// The names of all files in a folder of the bundle.
  func names(in folder: String) -> [String] {
    found.keys.filter { $0.hasPrefix(folder + "/") }.sorted()
  }

  /// The names directly in a folder of the bundle.
  func children(of folder: String) -> [String] {
    Set(
      names(in: folder).compactMap {
        $0.dropFirst(folder.count + 1).split(separator: "/").first.map(String.init)
      }
    ).sorted()
  }

  // MARK: - Folders

  private mutating func look(in folder: String, depth: Int) {
    let here = folder.isEmpty ? path : "\(path)/\(folder)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: here)) ?? []
    for name in names {
      let place = folder.isEmpty ? name : "\(folder)/\(name)"
      if [BundleManifest.name, BundleManifest.sealName].contains(place) { continue }
      if found.count > BundleManifest.mostFiles { return }
      let type =
        (try? FileManager.default.attributesOfItem(atPath: "\(path)/\(place)"))?[.type]
        as? FileAttributeType
      switch type {
      case .typeDirectory where depth < BundlePath.deepest: look(in: place, depth: depth + 1)
      case .typeRegular: found[place] = Self.measure("\(path)/\(place)")
      case .typeSymbolicLink: found[place] = .other("is a symbolic link and no file")
      default: found[place] = .other("is no plain file")
      }
    }
  }

  private static func measure(_ path: String) -> BundleContentCheck.Found {
    do throws(PublishError) {
      let file = try OpenedFile(path: path)
      var hash = RunningHash()
      while hash.count < file.size {
        let piece = try file.read(at: hash.count, count: 1 << 20)
        guard !piece.isEmpty else { return .other("became shorter while it was read") }
        hash.add(piece[...])
      }
      return .file(BundleManifest.File(size: hash.count, sha256: hash.text))
    } catch {
      return .other("cannot be read: \(error.failure.why)")
    }
  }

  // MARK: - Archives

  private static func unpack(
    _ archive: String, into folder: String, _ report: inout BundleReport
  ) throws(Failure) {
    var faults: [ZipReader.Fault] = []
    do {
      let file = try OpenedFile(path: archive)
      let reader = ZipReader(size: file.size) { try file.read(at: $0, count: $1) }
      let (entries, framed) = try reader.entries()
      faults = framed
      for entry in entries {
        if let why = BundlePath.objection(to: entry.name) {
          faults.append(
            ZipReader.Fault(
              place: entry.name.debugDescription, detail: "was not taken out: of its name, \(why)"))
          continue
        }
        if let fault = try unpack(entry, of: reader, into: folder) { faults.append(fault) }
      }
      if faults.isEmpty {
        report.ok("archive", nil, "\(entries.count) files, nothing between them or behind them")
      }
    } catch let error as any Explained {
      throw error.failure
    } catch {
      throw Failure(
        "bundle-not-unpacked", exit: .failed, what: "\(archive) could not be taken apart.",
        why: reason(error),
        next:
          "Free some space where temporary files lie (TMPDIR), or unpack it and name the folder.")
    }
    for fault in faults { report.broken("archive", fault.place, fault.detail) }
  }

  private static func unpack(
    _ entry: ZipLayout.Entry, of reader: ZipReader, into folder: String
  ) throws -> ZipReader.Fault? {
    let url = URL(fileURLWithPath: "\(folder)/\(entry.name)")
    // A file that stands where a folder must be is another file of the same archive.
    guard
      (try? FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)) != nil,
      !FileManager.default.fileExists(atPath: url.path),
      FileManager.default.createFile(atPath: url.path, contents: nil)
    else { return ZipReader.Fault(place: entry.name, detail: "collides with another file") }
    let file = try FileHandle(forWritingTo: url)
    let isWhole = try reader.bytes(of: entry) { try file.write(contentsOf: Data($0)) }
    try file.close()
    return isWhole
      ? nil : ZipReader.Fault(place: entry.name, detail: "its bytes do not have their checksum")
  }
}
