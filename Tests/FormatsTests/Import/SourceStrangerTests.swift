import Foundation
import Laboratory
import Testing

@testable import Formats

private let netcdfWriter = """
  import sys
  import numpy as np
  from scipy.io import netcdf_file
  path, version = sys.argv[1], int(sys.argv[2])
  f = netcdf_file(path, "w", version=version)
  f.createDimension("point_number", None)
  f.createDimension("scan_number", 3)
  f.createDimension("odd", 5)
  f.experiment_title = "24-0117"
  f.sample_count = np.int16(7)
  def put(name, kind, dims, values, **attributes):
      v = f.createVariable(name, kind, dims)
      v[:] = values
      for key, value in attributes.items():
          setattr(v, key, value)
  put("odd_bytes", "b", ("odd",), np.array([1, -2, 3, -4, 5]))
  put("scan_acquisition_time", "d", ("scan_number",), [1.5, 2.25, 3.125])
  put("scan_index", "i", ("scan_number",), [0, 2, 2])
  put("point_count", "i", ("scan_number",), [2, 0, 3])
  put("mass_values", "h", ("point_number",), np.array([500, 770, 510, 520, 530]), scale_factor=0.1)
  put("intensity_values", "f", ("point_number",), np.array([1, 2, 3, 4, 5]) / 8)
  f.close()
  """

private let mzmlWriter = """
  import base64, struct, sys, zlib
  def array(kind, code, packing, meaning, values):
      raw = struct.pack("<%d%s" % (len(values), code), *values)
      text = base64.b64encode(zlib.compress(raw, 9) if packing == "MS:1000574" else raw).decode()
      terms = "".join('<cvParam accession="%s" value=""/>' % a for a in (kind, packing, meaning))
      return '<binaryDataArray encodedLength="%d">%s<binary>%s</binary></binaryDataArray>' % (
          len(text), terms, text)
  out = ['<?xml version="1.0"?><mzML version="1.1.0"><run id="R"><spectrumList count="200">']
  for scan in range(200):
      n = scan % 50
      mz = [40 + i * 1.000123 + scan * 1e-4 for i in range(n)]
      out.append('<spectrum id="%d" defaultArrayLength="%d"><cvParam accession="MS:1000016" value="%r" '
                 'unitAccession="UO:0000010"/>' % (scan, n, 0.25 * scan))
      packing = "MS:1000574" if scan % 3 else "MS:1000576"
      out.append(array("MS:1000523", "d", packing, "MS:1000514", mz))
      out.append(array("MS:1000521", "f", packing, "MS:1000515", [i * 3 for i in range(n)]))
      out.append("</spectrum>")
  out.append("</spectrumList></run></mzML>")
  open(sys.argv[1], "w").write("".join(out))
  """

/// Files that programs which are not ours wrote are read to the last bit.
@Suite struct SourceStrangerTests {
  @Test(.enabled(if: Stranger.isWanted, Stranger.noPython), arguments: [1, 2])
  func whatScipyWritesIsRead(version: Int) throws {
    try withFolder { folder in
      let (script, path) = (folder.appending(path: "w.py"), folder.appending(path: "a.cdf"))
      try Data(netcdfWriter.utf8).write(to: script)
      let made = try Stranger.run([script.path, path.path, "\(version)"])
      #expect(made.status == 0, "\(made.output)")
      let bytes = [UInt8](try Data(contentsOf: path))
      #expect(bytes[3] == version)
      let series = try #require(try MeasurementReader.read(bytes).measurement.massScans)
      #expect(series.times == [1.5, 2.25, 3.125] && series.starts == [0, 2, 2, 5])
      // scipy stores a Python number in an attribute as 32 bits.
      let factor = Double(Float(0.1))
      let masses: [Double] = [500, 770, 510, 520, 530].map { $0 * factor }
      #expect(series.massToCharge == masses)
      #expect(series.intensity == [0.125, 0.25, 0.375, 0.5, 0.625])
      let file = try NetCDFFile(bytes)
      #expect(try file.numbers(of: #require(file.variable("odd_bytes"))) == [1, -2, 3, -4, 5])
      #expect(file.attribute("sample_count").flatMap(file.number) == 7)
    }
  }

  @Test(.enabled(if: Stranger.isWanted, Stranger.noPython))
  func whatPythonPacksIsReadToTheBit() throws {
    try withFolder { folder in
      let (script, path) = (folder.appending(path: "w.py"), folder.appending(path: "a.mzML"))
      try Data(mzmlWriter.utf8).write(to: script)
      let made = try Stranger.run([script.path, path.path])
      #expect(made.status == 0, "\(made.output)")
      let source = try MeasurementReader.read([UInt8](try Data(contentsOf: path)))
      let series = try #require(source.measurement.massScans)
      #expect(series.count == 200 && source.warnings == [])
      for scan in 0..<200 {
        #expect(series.times[scan] == 0.25 * Double(scan))
        let points = series.range(of: scan)
        #expect(points.count == scan % 50)
        for (index, point) in points.enumerated() {
          let mass = 40 + Double(index) * 1.000123 + Double(scan) * 1e-4
          #expect(series.massToCharge[point].bitPattern == mass.bitPattern)
          #expect(series.intensity[point] == Double(index * 3))
        }
      }
    }
  }
}
