public import Laboratory
public import Records

/// Finds runs by what they are of, or by what was used for them.
public struct RunFinder: Sendable {
  /// What was found.
  public struct Answer: Sendable {
    /// The records, newest first, as the runs' own folders have them.
    public var runs: [RunRecord]
    /// Why a run was found, where its own record does not say it.
    public var because: [RunID: [String]]
    /// The runs whose record cannot be read: whether they are asked for is not known.
    public var problems: [Failure]
    /// Why the catalogue's file could not be used; the answer is the same without it.
    public var hindered: Failure?
  }

  private let store: RunStore
  private let catalogue: BenchCatalogue

  /// Makes it for a home.
  public init(home: Home) {
    store = RunStore(home: home)
    catalogue = BenchCatalogue(home: home)
  }

  /// The runs that a question asks for.
  public func runs(_ question: RunQuestion) throws(Failure) -> Answer {
    let (catalogue, hindered) = try catalogue.current()
    do throws(CatalogueError) {
      var answer = Answer(runs: [], because: [:], problems: [], hindered: hindered)
      for found in try catalogue.runs(question) {
        if let record = try? store.read(found.run) {
          answer.runs.append(record)
          if !found.because.isEmpty { answer.because[found.run] = found.because }
        }
      }
      for path in try catalogue.problems(below: "runs/").keys.sorted(by: >)
      where path.hasSuffix("/run.json") {
        guard let run = RunID(String(path.split(separator: "/")[1])) else { continue }
        do throws(Failure) { _ = try store.read(run) } catch { answer.problems.append(error) }
      }
      return answer
    } catch {
      throw error.failure
    }
  }
}
