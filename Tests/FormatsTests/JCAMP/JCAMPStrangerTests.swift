import Foundation
import Laboratory
import Testing

@testable import Formats

/// What readers that are not ours make of files of contents.
@Suite(.enabled(if: Stranger.isWanted && Stranger.checker != nil, Stranger.noChecker))
struct JCAMPStrangerTests {
  /// Readers that this Python has; those that are not there cannot be asked.
  private static func asked(_ names: [String]) throws -> String {
    let modules = ["PyMassSpec": "pyms", "matchms": "matchms", "spectrochempy": "spectrochempy"]
    return try names.filter { name in
      guard let module = modules[name] else { return true }
      let script = "import importlib.util as u, sys; sys.exit(u.find_spec('\(module)') is None)"
      let isThere = try Stranger.run(["-c", script]).status == 0
      if !isThere { print("SKIPPED: \(name) is not installed") }
      return isThere
    }.joined(separator: ",")
  }

  private func accept(
    _ content: ExportContent, as format: FileFormat = .jcamp, _ options: ExportOptions = .init(),
    must names: [String], rules: [String] = ["--strict"]
  ) throws {
    let checker = try #require(Stranger.checker)
    for file in try JCAMPExample.written(content, as: format, options) {
      try withFolder { folder in
        let path = folder.appending(path: "a\(format.suffix)")
        try Data(file.bytes).write(to: path)
        let must = try Self.asked(names)
        // Only those that are meant: each takes seconds.
        let others = ["PyMassSpec", "spectrochempy"].filter { !names.contains($0) }
        let skipped = others.isEmpty ? [] : ["--skip", others.joined(separator: ",")]
        let arguments =
          [checker] + rules + skipped + (must.isEmpty ? [] : ["--must", must]) + [path.path]
        let said = try Stranger.run(arguments)
        #expect(said.status == 0, "\(said.output)")
      }
    }
  }

  private func head(_ text: String) throws -> ExportHead {
    try JCAMPExample.head(sample: text, remark: text, emulated: true)
  }

  private static let texts = ["S-2026-0815", "1e5", "Größe µ \"x\" ## $$ \n##END=\n"]

  @Test(arguments: texts) func infraredInBothPackings(text: String) throws {
    let content = try JCAMPExample.content([JCAMPExample.infrared()], try head(text))
    try accept(content, must: ["jcamp", "nmrglue", "spectrochempy"])
    var options = ExportOptions()
    options.packing = .dif
    try accept(content, options, must: ["jcamp", "nmrglue"])
  }

  @Test func fewPointsAndCounts() throws {
    for points in [2, 3, 40] {
      var spectrum = JCAMPExample.infrared(points: points, digits: 1e4)
      spectrum.values[1] = -0.5
      for packing in ExportOptions.Packing.allCases {
        var options = ExportOptions()
        options.packing = packing
        try accept(try JCAMPExample.content([spectrum]), options, must: ["jcamp", "nmrglue"])
      }
    }
  }

  @Test(arguments: texts) func ramanInPairs(text: String) throws {
    let content = try JCAMPExample.content([JCAMPExample.raman()], try head(text))
    try accept(content, must: ["jcamp"])
  }

  @Test(arguments: texts) func scansOverTime(text: String) throws {
    let scans = JCAMPExample.Scans(count: 12, missing: [5])
    let content = try JCAMPExample.content(scans: scans, try head(text))
    try accept(content, must: ["PyMassSpec"], rules: [])
    // A library record without CAS number is a warning there.
    try accept(content, as: .msp, must: ["matchms"], rules: [])
  }

  @Test func everyNumberIsTheSameToThePythonReaders() throws {
    let spectrum = JCAMPExample.infrared()
    for packing in ExportOptions.Packing.allCases {
      var options = ExportOptions()
      options.packing = packing
      let content = try JCAMPExample.content([spectrum])
      let file = try #require(try JCAMPExample.written(content, as: .jcamp, options).first)
      let ours = try #require(
        try MeasurementReader.read(file.bytes).measurement.spectra.first?.values)
      try withFolder { folder in
        let path = folder.appending(path: "a.jdx")
        try Data(file.bytes).write(to: path)
        let script = """
          import re, struct, sys, jcamp, nmrglue
          d = jcamp.readfile(sys.argv[1])
          text = open(sys.argv[1]).read()
          table = re.search(r'##XYDATA= (\\(X.*?)(?=\\n##)', text, re.S).group(1)
          factor = float(re.search(r'##YFACTOR= (\\S+)', text).group(1))
          for v in [v * factor for v in nmrglue.jcampdx._parse_data(table)[0]] + list(d['y']):
              print(struct.pack('>d', v).hex())
          """
        let said = try Stranger.run(["-c", script, path.path])
        #expect(said.status == 0, "\(said.output.suffix(500))")
        let bits = said.output.split(separator: "\n").map { UInt64($0, radix: 16) }
        #expect(bits == (ours + ours).map(\.bitPattern))
      }
    }
  }
}
