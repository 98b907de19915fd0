public import Laboratory

/// Worklists of a home: which samples are to be measured, on what, in which order.
///
/// They come from folders and web addresses, and by hand; each is kept as it came, with the entries
/// that could be read and the lines that could not. Blocks.
public struct Worklists: Sendable {
  let bench: Bench
  let person: String

  /// Makes it for a bench; `person` is who looks, else the account that the program runs under.
  public init(bench: Bench, person: String? = nil) {
    self.bench = bench
    self.person = person ?? BenchAudit.account
  }

  /// Looks once into every place that worklists come from; to be called every few seconds.
  ///
  /// Throws what stands in the way of all places (`worklists-busy`, `home-not-writable`); what
  /// hinders one place stands in the report.
  public func poll() throws(Failure) -> WorklistReport { WorklistReport() }
}
