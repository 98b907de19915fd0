import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

/// ASM JSON and tables before readers that are not ours.
@Suite(
  .enabled(if: Stranger.isWanted && Stranger.checker != nil, Stranger.noChecker),
  .timeLimit(.minutes(5)))
struct ContentStrangerTests {
  @Test(arguments: ["S-2026", TableExample.awkward])
  func theSchemasTakeEveryTechnique(sample: String) async throws {
    let checker = try #require(Stranger.checker)
    // Side by side: the schemas are large, and read anew for each file.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (name, content) in try asmContents(sample: sample) {
        group.addTask { try Self.schemasTake(name, content, checker) }
      }
      try await group.waitForAll()
    }
  }

  private static func schemasTake(
    _ name: String, _ content: ExportContent, _ checker: String
  ) throws {
    let cubes = max(content.traces.count, content.massScans == nil ? content.spectra.count : 1)
    for (part, bytes) in try TableExample.files(content, .asm) {
      try withFolder { folder in
        let file = folder.appending(path: "\(name)\(part.name).asm.json")
        try Data(bytes).write(to: file)
        let (status, output) = try Stranger.run([
          checker, "--strict", "--must", "jsonschema", file.path,
        ])
        #expect(status == 0, "\(name): \(output.suffix(600))")
        let wanted = name == "infrared" ? 1 : cubes
        #expect(
          output.contains("cubes=\(wanted)") || output.contains("'cubes': \(wanted)")
            || output.contains("\"cubes\": \(wanted)"), "\(name): \(output.suffix(600))")
      }
    }
  }

  @Test func pythonReadsEqualNumbersOutOfTheCubes() throws {
    let content = try #require(try asmContents().first { $0.name == "gas" }).content
    let bytes = try #require(try TableExample.files(content, .asm).first).bytes
    try withFolder { folder in
      let file = folder.appending(path: "a.json")
      try Data(bytes).write(to: file)
      let script = """
        import json, struct, sys
        d = json.load(open(sys.argv[1], encoding='utf-8'))
        g = d['gas chromatography aggregate document']['gas chromatography document'][0]
        for m in g['measurement aggregate document']['measurement document']:
            c = m['chromatogram data cube']['data']
            for v in c['dimensions'][0] + c['measures'][0]:
                print(struct.pack('>d', float(v)).hex())
        """
      let (status, output) = try Stranger.run(["-c", script, file.path])
      #expect(status == 0, "\(output.suffix(500))")
      let found = output.split(separator: "\n").map { UInt64($0, radix: 16) }
      // uV stands as mV: the nearest number to a thousandth.
      let wanted = content.traces.flatMap { trace in
        trace.times + (trace.unit.symbol == "uV" ? trace.values.map { $0 / 1000 } : trace.values)
      }
      #expect(found.count == wanted.count)
      for (bits, value) in zip(found, wanted) {
        let number = bits.map { Double(bitPattern: $0) } ?? .nan
        #expect(abs(number - value) <= value.magnitude.ulp, "\(number) \(value)")
      }
    }
  }

  @Test(arguments: [false, true])
  func tablesAreReadByPandasWhateverTheLocale(decimalComma: Bool) throws {
    var options = ExportOptions()
    options.decimalComma = decimalComma
    let checker = try #require(Stranger.checker)
    for (part, bytes) in try TableExample.files(try tableContent(), .csv, options) {
      try withFolder { folder in
        let file = folder.appending(path: "a.csv")
        try Data(bytes).write(to: file)
        let script = """
          import locale, os, struct, sys
          import pandas
          comma = sys.argv[2] == 'comma'
          t = pandas.read_csv(sys.argv[1], comment='#', sep=';' if comma else ',',
                              decimal=',' if comma else '.', float_precision='round_trip')
          print('|'.join(t.columns))
          for row in t.itertuples(index=False):
              print(' '.join('' if v != v else struct.pack('>d', float(v)).hex() for v in row))
          """
        let (status, output) = try Stranger.run([
          "-c", script, file.path, decimalComma ? "comma" : "dot",
        ])
        #expect(status == 0, "\(output.suffix(500))")
        let table = try ContentTable(part.content)
        var wanted = [table.columns.joined(separator: "|")]
        try table.forEachRow { row in
          wanted.append(
            row.map { cell in
              guard let cell else { return "" }
              let digits = String(cell.bitPattern, radix: 16)
              return String(repeating: "0", count: 16 - digits.count) + digits
            }.joined(separator: " "))
        }
        let found = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
          .map { String($0).replacing("8000000000000000", with: "0000000000000000") }
        #expect(
          found == wanted.map { $0.replacing("8000000000000000", with: "0000000000000000") },
          "\(part.name)")
        if !decimalComma {
          let (taken, said) = try Stranger.run([checker, "--strict", file.path])
          #expect(taken == 0, "\(said.suffix(500))")
        }
      }
    }
  }
}
