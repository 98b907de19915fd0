internal import Foundation
internal import Laboratory
public import Methods
internal import Profiles

/// The methods of the site, and the templates that came with the program.
///
/// One bad file does not hide the others: it stands in `problems`.
public struct MethodStore: Sendable {
  /// The site's methods, sorted by name.
  public private(set) var methods: [Method] = []
  /// The templates, sorted by name.
  public private(set) var templates: [Method] = []
  /// What is wrong with files that are not used.
  public private(set) var problems: [MethodError] = []
  /// The folder with the site's methods, in the home; `new` writes there.
  public let folder: String

  /// The most files looked at in one folder.
  static let mostFiles = 4096

  /// Reads the methods of a home and the templates of a program; a folder that is not there is empty.
  public static func load(home: Home, executable: String) -> MethodStore {
    var store = MethodStore(folder: home.methods)
    if FileManager.default.fileExists(atPath: home.methods) {
      store.methods = store.read(home.methods)
    }
    for folder in ProfileStore.sharedFolders("MethodTemplates", executable: executable) {
      // The first folder serves all of them: templates of two versions must not mix.
      store.templates = store.read(folder)
      if !store.templates.isEmpty { break }
    }
    return store
  }

  private init(folder: String) { self.folder = folder }

  /// The method with a name, or in a file where a path is given (with a `/` or ending in `.yaml`).
  ///
  /// A method of the site goes before a template of the same name.
  public func method(_ asked: String) throws(MethodError) -> Method {
    if asked.contains("/") || asked.hasSuffix(".yaml") { return try Self.read(asked) }
    if let found = (methods + templates).first(where: { $0.name == asked }) { return found }
    if let problem = problems.first(where: { $0.file.hasSuffix("/\(asked).yaml") }) {
      throw problem
    }
    throw unknown(asked, "method", among: methods + templates)
  }

  /// The template with a name, or any method's file as one.
  public func template(_ asked: String) throws(MethodError) -> Method {
    if asked.contains("/") || asked.hasSuffix(".yaml") { return try Self.read(asked) }
    if let found = (templates + methods).first(where: { $0.name == asked }) { return found }
    throw unknown(asked, "template", among: templates)
  }

  /// Reads one file; larger ones than a method may be are refused without being read.
  public static func read(_ file: String) throws(MethodError) -> Method {
    try MethodReader.read(text: text(of: file), file: file)
  }

  /// The text of a file.
  public static func text(of file: String) throws(MethodError) -> String {
    guard ProfileStore.isRegularFile(file) else {
      throw unreadable(file, "is not a file that can be read")
    }
    var data = Data()
    do {
      let handle = try FileHandle(forReadingFrom: URL(filePath: file))
      // One byte more than allowed shows that a file is too large without reading all of it.
      data = try handle.read(upToCount: MethodReader.largestSize + 1) ?? Data()
      try handle.close()
    } catch {
      throw unreadable(file, "cannot be read: \(reason(error))")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw unreadable(file, "is not UTF-8 text")
    }
    return text
  }

  private mutating func read(_ folder: String) -> [Method] {
    guard let walk = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      problems.append(Self.unreadable(folder, "is not a folder that can be read"))
      return []
    }
    var found: [Method] = []
    for name in walk.filter({ $0.hasSuffix(".yaml") }).sorted().prefix(Self.mostFiles) {
      do throws(MethodError) {
        let method = try Self.read("\(folder)/\(name)")
        if let first = found.first(where: { $0.name == method.name }) {
          throw MethodError(
            .duplicateName, file: method.text.file,
            problem: "the name '\(method.name)' is already that of \(first.text.file)",
            why: "Results name their method: within one folder a name must mean one method.",
            next: "Give one of the two files another name, or remove it.")
        }
        found.append(method)
      } catch {
        problems.append(error)
      }
    }
    return found.sorted { $0.name < $1.name }
  }

  private func unknown(
    _ asked: String, _ what: String, among known: [Method]
  ) -> MethodError {
    let names = known.map(\.name)
    let listed = names.isEmpty ? "There is none." : "There are: \(names.joined(separator: ", "))."
    return MethodError(
      .notFound, file: "", problem: "There is no \(what) '\(asked)'.",
      why: "Neither \(folder) nor the program's templates have it. \(listed)",
      next: MethodReader.nearest(to: asked, among: names).map { "Did you mean '\($0)'?" }
        ?? "See all with: gauger method list")
  }

  private static func unreadable(_ file: String, _ problem: String) -> MethodError {
    MethodError(
      .unreadable, file: file, problem: problem, why: "What it says cannot be used.",
      next: "Check that the path is right and that you may read it.")
  }
}
