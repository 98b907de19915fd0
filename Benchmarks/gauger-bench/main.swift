internal import Foundation
internal import Laboratory

// Our side of the figures that `scripts/bench` sets beside those of the peers. Prints one line a
// figure: name, value, how many trials or frames it rests on.
let words = Array(CommandLine.arguments.dropFirst())
do {
  switch (words.first, words.count) {
  case ("ring", 3):
    RingBench.run(cpus: (Int32(words[1]) ?? 0, Int32(words[2]) ?? 1))
  case ("journal", 3):
    try JournalBench.run(folder: words[1], frames: Int(words[2]) ?? 20_000)
  case ("pace", 2):
    try JournalBench.pace(path: words[1])
  case ("kernels", 2):
    try KernelBench.run(folder: words[1])
  case ("kernels", 3):
    try KernelBench.run(folder: words[1], only: words[2])
  case ("linear", 1):
    try KernelBench.linear()
  case ("audit", 3):
    try AuditBench.run(folder: words[1], entries: Int(words[2]) ?? 2000)
  case ("audited-runs", 4):
    try await AuditedRunBench.run(
      folder: words[1], profiles: words[2], runs: Int(words[3]) ?? 20)
  case ("catalogue", 3):
    try CatalogueBench.run(folder: words[1], commits: Int(words[2]) ?? 500)
  case ("library", 3):
    try LibraryBench.run(folder: words[1], spectra: Int(words[2]) ?? 100_000)
  case ("formats", 2):
    try FormatBench.run(folder: words[1])
  case ("formats-memory", 3):
    try FormatBench.memory(format: words[1], scans: Int(words[2]) ?? 1000)
  default:
    print(
      "usage: gauger-bench ring CPU CPU | journal FOLDER FRAMES | pace JOURNAL | "
        + "kernels FOLDER [NAME] | linear | library FOLDER SPECTRA | formats FOLDER "
        + "| formats-memory FORMAT SCANS | audit FOLDER ENTRIES "
        + "| audited-runs FOLDER PROFILES RUNS | catalogue FOLDER COMMITS")
    exit(2)
  }
} catch {
  print("gauger-bench: \(error)")
  exit(1)
}
