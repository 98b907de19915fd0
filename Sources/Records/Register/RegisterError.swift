public import Laboratory

/// Why the register could not be read.
public enum RegisterError: Explained, Hashable {
  /// A file cannot be read, or is not as it was written; its path, why.
  case damaged(String, String)
  /// A field is missing, or cannot be what it is; its name.
  case fieldMissing(String)

  /// The error with the place where it was found.
  func located(at place: String) -> RegisterError {
    if case .fieldMissing(let name) = self {
      .damaged(place, "Its field '\(name)' is missing or cannot be that.")
    } else {
      self
    }
  }

  /// The error in four parts.
  public var failure: Failure {
    switch self {
    case .damaged(let path, let why):
      Failure(
        "register-damaged", exit: .damaged, what: "\(path) of the register cannot be used.",
        why: why,
        next: "Bring the file back from a backup; its SHA-256 stands in: gauger audit show")
    case .fieldMissing(let name):
      Failure(
        "register-damaged", exit: .damaged, what: "A file of the register cannot be used.",
        why: "Its field '\(name)' is missing or cannot be that.",
        next: "Bring the file back from a backup; its SHA-256 stands in: gauger audit show")
    }
  }
}
