/// One step of a calculation that takes its input piece by piece.
///
/// Deterministic: the outputs, in order, depend on the inputs and their order alone, not on how
/// they arrive in time or in batches. State is bounded by what the stage was made for, never by
/// the length of the run. Reductions run in a fixed order, channel by channel and scan by scan;
/// Swift contracts no `a * b + c` into one rounding, and no variant is chosen by processor.
public protocol Stage<Input, Output>: ~Copyable {
  /// What is taken.
  associatedtype Input
  /// What is given.
  associatedtype Output

  /// Takes one piece and gives what is final by it, most often nothing.
  mutating func step(_ input: Input) -> [Output]

  /// Ends the input and gives what was held back.
  consuming func finish() -> [Output]
}
