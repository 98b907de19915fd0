// Prints what comes of every fault on every driver over every front, as `make faults` does.
//
// usage: gauger-faults PROGRAM PROFILES [WORD ...]   only cases that have all the words
// Exit code 1 where anything is not as it must be.
internal import FaultMatrix
internal import Foundation

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  print("usage: gauger-faults PROGRAM PROFILES [WORD ...]")
  exit(2)
}
let matrix = FaultMatrix(program: arguments[1], profiles: arguments[2])
let cases = FaultCase.all(fronts: Set(Front.allCases)).filter { fault in
  arguments.dropFirst(3).allSatisfy { fault.description.contains($0) }
}

let widths = [22, 11, 10, 19, 4, 4, 7, 7, 7, 5, 4]
func line(_ cells: [String]) -> String {
  zip(cells, widths).map { $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0) }
    .joined(separator: "  ")
}

print(line(FaultRow.heads))
var deviating = 0

/// Runs all cases, a few at a time because they mostly wait, and gives the rows in their order.
func rows(atATime: Int) -> AsyncThrowingStream<FaultRow, any Error> {
  AsyncThrowingStream { continuation in
    Task {
      do {
        try await withThrowingTaskGroup(of: (Int, FaultRow).self) { group in
          var (next, shown) = (0, 0)
          var early: [Int: FaultRow] = [:]
          while shown < cases.count {
            while next < cases.count, next - shown - early.count < atATime {
              let (place, fault) = (next, cases[next])
              group.addTask { (place, try await matrix.run(fault)) }
              next += 1
            }
            guard let (place, row) = try await group.next() else { break }
            early[place] = row
            while let row = early.removeValue(forKey: shown) {
              continuation.yield(row)
              shown += 1
            }
          }
        }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
  }
}

func show(_ row: FaultRow) -> Bool {
  let deviations = row.deviations + (row.isOverdue ? ["over its bound"] : [])
  print(line(row.cells) + (deviations.isEmpty ? "" : "  <- \(deviations.joined(separator: "; "))"))
  // A person who watches sees each line when it is there.
  fflush(nil)
  return deviations.isEmpty
}

var (place, again) = (0, [FaultCase]())
for try await row in rows(atATime: 4) {
  if !show(row) { again.append(cases[place]) }
  place += 1
}
// Cases beside one another share processors and numbers of pseudo-terminals. What is wrong with
// the product is wrong alone, too.
if !again.isEmpty { print("once more, one by one:") }
for fault in again where !show(try await matrix.run(fault)) { deviating += 1 }
print(
  "\(cases.count) cases, \(again.count) tried again, \(deviating) not as they must be; bound "
    + "\(FaultCase.bound) s each")
exit(deviating == 0 ? 0 : 1)
