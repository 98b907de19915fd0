public import Laboratory

/// The folders of `bench.yaml` in which instruments leave their exports: each becomes a run. Blocks.
public struct WatchedFolders: Sendable {
  let bench: Bench
  let person: String

  /// Makes it for a bench; `person` is who watches, else the account that the program runs under.
  public init(bench: Bench, person: String? = nil) {
    self.bench = bench
    self.person = person ?? BenchAudit.account
  }

  /// Looks once into every watched folder; to be called every few seconds.
  ///
  /// Throws what stands in the way of all of them (`watch-busy`, `home-not-writable`); what hinders
  /// one folder stands in the report.
  public func poll() throws(Failure) -> WatchReport { WatchReport() }
}
