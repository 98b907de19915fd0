/// What a bundle holds beside what its manifest says: pure, so that it can be asked often.
public enum BundleContentCheck {
  /// What was found of one file.
  public enum Found: Sendable, Hashable {
    /// A plain file.
    case file(BundleManifest.File)
    /// Something else: a symbolic link, a device, a file that cannot be read; what.
    case other(String)
  }

  /// One thing that is not as it must be.
  public struct Fault: Sendable, Hashable {
    /// The file.
    public var file: String
    /// What is wrong with it, in words.
    public var detail: String
  }

  /// What is wrong, by name; empty where everything is as it must be.
  ///
  /// Manifest and seal are not among `found`.
  public static func faults(
    of found: [String: Found], against manifest: BundleManifest
  ) -> [Fault] {
    var faults: [Fault] = []
    for (name, expected) in manifest.files {
      switch found[name] {
      case nil: faults.append(Fault(file: name, detail: "is not there"))
      case .other(let what): faults.append(Fault(file: name, detail: what))
      case .file(let file) where file == expected: break
      case .file(let file) where file.size != expected.size:
        faults.append(
          Fault(
            file: name, detail: "has \(file.size) bytes and must have \(expected.size)"))
      case .file(let file):
        faults.append(
          Fault(file: name, detail: "was altered: its SHA-256 is \(file.sha256)"))
      }
    }
    for (name, what) in found where manifest.files[name] == nil {
      if case .other(let words) = what {
        faults.append(Fault(file: name, detail: words))
      } else {
        faults.append(Fault(file: name, detail: "was added: the manifest does not name it"))
      }
    }
    // A file under another name is two faults that belong together.
    for index in faults.indices where faults[index].detail == "is not there" {
      guard let expected = manifest.files[faults[index].file] else { continue }
      let twin = found.first {
        $0.value == .file(expected) && manifest.files[$0.key] == nil
      }
      if let twin { faults[index].detail = "is not there; its content is \(twin.key)" }
    }
    return faults.sorted { $0.file < $1.file }
  }
}
