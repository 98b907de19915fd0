internal import Foundation
public import Instruments
internal import YAMLText

/// The profiles of several folders, each id once.
///
/// One bad file does not hide the others: it stands in `problems`.
public struct ProfileStore: Sendable {
  /// A file whose id an earlier folder already gave.
  public struct Shadowed: Sendable, Hashable {
    /// The id.
    public var id: String
    /// The file that is not used.
    public var file: String
    /// The file that is used instead.
    public var usedFile: String
  }

  /// The usable profiles, sorted by id.
  public private(set) var profiles: [DeviceProfile] = []
  /// Files that earlier folders shadow, in the order of the folders.
  public private(set) var shadowed: [Shadowed] = []
  /// What is wrong with files that are not used.
  public private(set) var problems: [ProfileError] = []
  /// The folders as given, in order.
  public let folders: [String]

  /// The most files looked at in one folder.
  static let mostFiles = 4096

  /// Reads every `*.yaml` below the folders; the first folder that has an id serves it.
  ///
  /// With `drivers` each profile's driver must be among them and accept the facts.
  public static func load(folders: [String], drivers: [DriverEntry]? = nil) -> ProfileStore {
    var store = ProfileStore(folders: folders)
    for folder in folders { store.add(folder, drivers) }
    store.profiles.sort { $0.id < $1.id }
    return store
  }

  private init(folders: [String]) { self.folders = folders }

  /// The profile with this id, if there is one.
  public func profile(id: String) -> DeviceProfile? { profiles.first { $0.id == id } }

  /// The profiles that recognise a USB device by its numbers, sorted by id.
  public func matching(vendor: UInt16, product: UInt16) -> [DeviceProfile] {
    profiles.filter { $0.recognition.contains(.usb(vendor: vendor, product: product)) }
  }

  private mutating func add(_ folder: String, _ drivers: [DriverEntry]?) {
    let files: [String]
    switch Self.yamlFiles(below: folder) {
    case .success(let found): files = found
    case .failure(let problem):
      problems.append(problem)
      return
    }
    let earlier = Dictionary(profiles.map { ($0.id, $0.file) }) { first, _ in first }
    var here: [String: String] = [:]
    for file in files {
      do {
        let profile = try Self.read(file, drivers)
        if let used = earlier[profile.id] {
          shadowed.append(Shadowed(id: profile.id, file: file, usedFile: used))
        } else if let first = here[profile.id] {
          problems.append(Self.duplicate(profile.id, file, first))
        } else {
          here[profile.id] = file
          profiles.append(profile)
        }
      } catch {
        problems.append(error)
      }
    }
  }

  private static func duplicate(_ id: String, _ file: String, _ first: String) -> ProfileError {
    ProfileError(
      .duplicateID, file: file, problem: "the id '\(id)' is already that of \(first)",
      why: "Within one folder an id must name one model.",
      next: "Give one of the two files another id, or remove it.")
  }

  private static func read(
    _ file: String, _ drivers: [DriverEntry]?
  ) throws(ProfileError) -> DeviceProfile {
    var data = Data()
    do {
      let handle = try FileHandle(forReadingFrom: URL(filePath: file))
      // One byte more than allowed shows that a file is too large without reading all of it.
      data = try handle.read(upToCount: ProfileText.dialect.largestSize + 1) ?? Data()
      try handle.close()
    } catch {
      throw unreadable(file, "cannot be read: \(error.localizedDescription)")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw unreadable(file, "is not UTF-8 text")
    }
    return try ProfileReader.read(text: text, file: file, drivers: drivers)
  }

  private static func unreadable(_ file: String, _ problem: String) -> ProfileError {
    ProfileError(
      .unreadable, file: file, problem: problem,
      why: "The models that it describes cannot be used.",
      next: "Check that the path is right and that you may read it.")
  }

  /// Regular files only: a named pipe in a folder must not make the program wait.
  private static func yamlFiles(below folder: String) -> Result<[String], ProfileError> {
    guard type(of: folder) == .typeDirectory,
      let walk = FileManager.default.enumerator(atPath: folder)
    else { return .failure(unreadable(folder, "is not a folder that can be read")) }
    var files: [String] = []
    for case let name as String in walk where name.hasSuffix(".yaml") {
      let file = "\(folder)/\(name)"
      guard type(of: file) == .typeRegular else { continue }
      files.append(file)
      if files.count == mostFiles { break }
    }
    return .success(files.sorted())
  }

  /// Whether a path leads to a regular file, links followed: a named pipe would make a reader wait.
  public static func isRegularFile(_ path: String) -> Bool { type(of: path) == .typeRegular }

  /// What a path leads to, links followed; nil where nothing is.
  static func type(of path: String) -> FileAttributeType? {
    let real = URL(filePath: path).resolvingSymlinksInPath().path
    return (try? FileManager.default.attributesOfItem(atPath: real))?[.type] as? FileAttributeType
  }
}
