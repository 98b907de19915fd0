import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

// Programs that are not ours read what we write, and see the same numbers.
@Suite struct ANDIStrangerTests {
  static let mass = "mass_values intensity_values scan_acquisition_time total_intensity"

  /// Contents by the name of their case.
  private static func contents() throws -> [(name: String, content: ExportContent)] {
    func mass(
      _ series: MassScanSeries, _ technique: Method.Technique? = .gcms, sample: String = "S-1"
    ) throws -> ExportContent {
      try ANDIExample.mass(series, ANDIExample.head(sample: sample, technique: technique))
    }
    func signal(_ trace: Trace, peaks: Bool = false) throws -> ExportContent {
      try ANDIExample.chromatogram(
        trace, peaks: peaks ? ANDIExample.peaks(trace.name) : [],
        ANDIExample.head(technique: .lc))
    }
    var gas = try mass(
      ANDIExample.scans(counts: [50, 50, 50], isWide: false, unit: "A"), .residualGas)
    gas.pressures = Example.mass().partialPressures
    return [
      ("gc-ms with an empty scan", try mass(ANDIExample.scans())),
      ("gc-ms of floats", try mass(ANDIExample.scans(isWide: false))),
      ("one scan", try mass(ANDIExample.scans(counts: [7]))),
      ("profile", try mass(ANDIExample.scans(counts: [300, 300], isProfile: true), .lcms)),
      ("residual gas", gas),
      ("a long sample", try mass(ANDIExample.scans(), sample: ANDIExample.texts[8])),
      ("an awkward sample", try mass(ANDIExample.scans(), nil, sample: ANDIExample.texts[5])),
      ("fid", try signal(ANDIExample.trace())),
      ("fid with peaks", try signal(ANDIExample.trace(interval: 0.1, isExact: false), peaks: true)),
      ("uneven", try signal(ANDIExample.trace(isUneven: true), peaks: true)),
      ("one point", try signal(ANDIExample.trace(1))),
      ("uv", try signal(ANDIExample.trace(name: "DAD1 A, Sig=254,4 Ref=360,100"))),
    ]
  }

  @Test(.enabled(if: Stranger.isWanted && Stranger.checker != nil, Stranger.noChecker))
  func allReadersTakeAllFiles() throws {
    let checker = try #require(Stranger.checker)
    try withFolder { folder in
      var paths: [String] = []
      for (index, (_, content)) in try Self.contents().enumerated() {
        let format: FileFormat = content.massScans == nil ? .andiChromatography : .andiMS
        let path = folder.appending(path: "\(index).cdf")
        try Data(try ANDIExample.bytes(content, format)).write(to: path)
        paths.append(path.path)
      }
      // PyMassSpec computes the spread of the times between scans, and stops where there is none.
      let isShort = try Self.contents().map { _, content in
        var count = 0
        try content.massScans?.forEachScan { _ in count += 1 }
        return (1...2).contains(count)
      }
      for (group, skipped) in [(false, ""), (true, "PyMassSpec")] {
        let own = zip(paths, isShort).filter { $0.1 == group }.map(\.0)
        let (status, output) = try Stranger.run(
          [checker, "--strict", "--need", "netCDF4,scipy,ncdump,PyMassSpec", "--skip", skipped]
            + own)
        #expect(status == 0, "\(output)")
        #expect(output.components(separatedBy: "=> accepted").count == own.count + 1)
      }
    }
  }

  @Test(.enabled(if: Stranger.isWanted, Stranger.noPython))
  func pythonReadsTheSameBits() throws {
    let script = """
      import struct, sys, zlib
      import netCDF4
      from scipy.io import netcdf_file
      path, names = sys.argv[1], sys.argv[2].split()
      a, b = netCDF4.Dataset(path), netcdf_file(path, mmap=False)
      a.set_auto_mask(False)
      for name in names:
          x, y = a[name][...].ravel().tolist(), b.variables[name].data.ravel().tolist()
          assert [struct.pack('>d', v) for v in x] == [struct.pack('>d', v) for v in y], name
          for v in x:
              print(struct.pack('>d', float(v)).hex())
      data = open(path, 'rb').read()
      said = b._attributes['gauger_crc32']
      assert data.count(said) == 1
      assert b'%08x' % zlib.crc32(data.replace(said, b'00000000')) == said
      print(b._attributes['gauger_journal_sha256'].decode())
      """
    var series = ANDIExample.scans()
    series.append(time: 99, massToCharge: [0.1, 1e6], intensity: [-1e-300, 1e300])
    let totals = (0..<series.count).map { series.intensity[series.range(of: $0)].reduce(0, +) }
    let trace = ANDIExample.trace(isExact: false, isUneven: true)
    let cases: [(FileFormat, ExportContent, String, [Double])] = [
      (
        .andiMS, try ANDIExample.mass(series), Self.mass,
        series.massToCharge + series.intensity + series.times + totals
      ),
      (
        .andiChromatography, try ANDIExample.chromatogram(trace),
        "gauger_ordinate_values gauger_retention ordinate_values",
        trace.values + trace.times + trace.values.map { Double(Float($0)) }
      ),
    ]
    for (format, content, names, numbers) in cases {
      try withFolder { folder in
        let path = folder.appending(path: "a.cdf")
        try Data(try ANDIExample.bytes(content, format)).write(to: path)
        let (status, output) = try Stranger.run(["-c", script, path.path, names])
        #expect(status == 0, "\(output.suffix(500))")
        let lines = output.split(separator: "\n")
        #expect(lines.last.map(String.init) == Example.journal)
        let found = lines.dropLast().map { UInt64($0, radix: 16) }
        #expect(found == numbers.map(\.bitPattern))
      }
    }
  }
}
