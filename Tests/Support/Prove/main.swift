// Prints every figure beside its answer and tolerance; ends with 1 where one is out, or where the
// material is not there: a proof that was not made proves nothing.
import Foundation
import Proofs

func text(_ value: Double) -> String { String(format: "%.10g", value) }

func text(_ tolerance: Figure.Tolerance) -> String {
  switch tolerance {
  case .absolute(let limit): "+-\(text(limit))"
  case .relative(let limit): "+-\(text(100 * limit)) %"
  case .exact: "equal"
  case .atMost: "at most"
  case .atLeast: "at least"
  }
}

guard SharedMaterial.data != nil else {
  print(SharedMaterial.absence)
  exit(1)
}
let wanted = Set(CommandLine.arguments.dropFirst())
var (all, out) = (0, 0)
for proof in proofs where wanted.isEmpty || wanted.contains(proof.name) {
  print("\n== \(proof.name)")
  do {
    for figure in try proof.figures() {
      all += 1
      if !figure.holds { out += 1 }
      print(
        "\(figure.holds ? "ok " : "OUT")  \(figure.name): \(text(figure.found))"
          + "  answer \(text(figure.expected)), \(text(figure.tolerance))")
    }
  } catch {
    out += 1
    print("OUT  \(error)")
  }
}
print("\n\(all) figures, \(out) out")
exit(out == 0 && all > 0 ? 0 : 1)
