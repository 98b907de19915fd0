/// The version of Gauger, as kept with every run and file.
public enum Gauger {
  /// Semantic version of this program.
  public static let version = "0.1.0"
  /// Name and version as written into files.
  public static let signature = "Gauger \(version)"
}
