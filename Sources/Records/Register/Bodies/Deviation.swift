/// What was done in a run otherwise than its method says, and accepted.
public struct Deviation: RegisterBody {
  /// The kind.
  public static let kind = RegisterKind.deviations
  /// The run.
  public var run: String
  /// Which of the run's deviations it is, from 1.
  public var number: Int
  /// What was done otherwise, and why.
  public var text: String

  /// Names a deviation.
  public init(run: String, number: Int, text: String) {
    self.run = run
    self.number = number
    self.text = text
  }

  /// Run and number; a run's id has no blank.
  public var object: String { "\(run) \(number)" }

  /// What the file says.
  public var fields: RegisterFields {
    RegisterFields(["run": run, "number": "\(number)", "text": text])
  }

  /// Reads what a file says.
  public init(object: String, fields: RegisterFields) throws(RegisterError) {
    guard let number = Int(try fields.demand("number")), number > 0 else {
      throw RegisterError.fieldMissing("number")
    }
    self.init(run: try fields.demand("run"), number: number, text: try fields.demand("text"))
    guard self.object == object else { throw RegisterError.fieldMissing("run") }
  }
}
