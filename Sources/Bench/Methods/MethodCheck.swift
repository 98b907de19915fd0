internal import Instruments
public import Laboratory
public import Methods
public import Profiles

extension MethodStore {
  /// What a check of methods came to.
  public struct Report: Sendable {
    /// Those in order.
    public var methods: [Method] = []
    /// What is wrong with the others.
    public var problems: [Failure] = []
  }

  /// Reads methods, by name or file, once more; all of the site and all templates where none is named.
  ///
  /// With a model each must be one that it can acquire by. Throws `model-not-found`.
  public func check(
    _ asked: [String], model: String? = nil, profiles: ProfileStore
  ) throws(Failure) -> Report {
    var profile: DeviceProfile?
    if let model { profile = try find(model, in: profiles) }
    var report = Report()
    if asked.isEmpty { report.problems = problems.map(\.failure) }
    let files = asked.isEmpty ? (methods + templates).map(\.text.file) : asked
    for file in files {
      do throws(MethodError) {
        let found = try method(file)
        report.methods.append(
          try MethodReader.read(text: found.text.text, file: found.text.file, profile: profile))
      } catch {
        report.problems.append(error.failure)
      }
    }
    return report
  }

  private func find(_ model: String, in profiles: ProfileStore) throws(Failure) -> DeviceProfile {
    if let found = profiles.profile(id: model)
      ?? profiles.profiles.first(where: { $0.id.hasSuffix("/" + model) })
    {
      return found
    }
    throw Failure(
      "model-not-found", exit: .notFound, what: "There is no model \(model).",
      why: "No profile has that id.", next: "See all models with: gauger profiles list")
  }
}
