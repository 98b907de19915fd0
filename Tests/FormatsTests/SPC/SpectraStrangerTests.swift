import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// Writes files of every form by `struct` alone, reads them with spectrochempy, and prints the bits of
/// both: what was written, and what spectrochempy makes of it.
private let script = """
  import io, struct, sys, warnings
  import contextlib
  import numpy as np
  with contextlib.redirect_stdout(io.StringIO()):
      import spectrochempy as scp
  folder = sys.argv[1]

  def head(flags, exp, n, first, last, subs=1, x=1, y=2, z=0, e="<"):
      date = 2001 << 20 | 3 << 16 | 4 << 11 | 5 << 6 | 6
      return struct.pack(
          e + "BBBbIddIBBBBI9s9sH32s130s30sIIBBHf48sfIfB187s", flags, 0x4b if e == "<" else 0x4c, 4,
          exp, n, first, last, subs, x, y, z, 0, date, b"4", b"FTS-7", 0, b"", b"Probe", b"", 0, 0, 0,
          0, 0, 0, b"", 0, 0, 0, 0, b"")

  def sub(exp, i, t, n=0, e="<"):
      return struct.pack(e + "BbHfffIIf4s", 0, exp, i, t, t + 1, 0, n, 0, 0, b"")

  def old(exp, n, first, last):
      return struct.pack("<BBhfffBBHBBBB8sHH28s130s30s", 0, 0x4d, exp, n, first, last, 1, 2, 1989, 12,
                         31, 23, 59, b"4", 0, 0, b"", b"old", b"")

  n = 61
  size = 32 + 8 * n
  ints = [i * 1000003 % 2000000011 - 10**9 for i in range(n)]
  shorts = [i * 7919 % 60000 - 30000 for i in range(n)]
  floats = [float(np.float32(i / 3 - 5)) for i in range(n)]
  xs = [float(np.float32(400 + i * i / 7)) for i in range(n)]
  even = list(np.linspace(4000.0, 400.25, n))
  made = {
      "ints.spc": (head(0, 3, n, 4000, 400.25) + sub(3, 0, 0) + struct.pack("<%di" % n, *ints),
                   even, [i * 8 / 2**32 for i in ints]),
      "floats.spc": (head(0x80, -128, n, 1, 2) + struct.pack("<%df" % n, *xs) + sub(-128, 0, 0)
                     + struct.pack("<%df" % n, *floats), xs, floats),
      "own.spc": (head(0xc4, -128, 512 + 2 * size, 1, 2, 2) + b"".join(
          sub(-128, i, 1, n) + struct.pack("<%df" % n, *xs) + struct.pack("<%df" % n, *floats)
          for i in range(2)) + b"".join(struct.pack("<IIf", 512 + i * size, size, 1) for i in (0, 1)),
          xs, floats),
      "short.spc": (head(1, 3, n, 4000, 400.25) + sub(3, 0, 0) + struct.pack("<%dh" % n, *shorts),
                    even, [i * 8 / 2**16 for i in shorts]),
      "big.spc": (head(0, 3, n, 4000, 400.25, e=">") + sub(3, 0, 0, e=">")
                  + struct.pack(">%di" % n, *ints), even, [i * 8 / 2**32 for i in ints]),
      "old.spc": (old(3, n, 4000, 400.25) + sub(3, 0, 0) + b"".join(
          struct.pack("<HH", i >> 16 & 0xffff, i & 0xffff) for i in ints),
          even, [i * 8 / 2**32 for i in ints]),
  }

  def spa(values, first, last):
      part = bytearray(256)
      struct.pack_into("<HxxIBxxxBxxxff", part, 0, 1, len(values), 1, 17, first, last)
      struct.pack_into("<I", part, 28, 8480)
      struct.pack_into("<I", part, 36, 32)
      struct.pack_into("<f", part, 80, 15798.26)
      parts = [(2, bytes(part)), (4, b"remark\\0"), (0x1b, b"history\\0"),
               (3, struct.pack("<%df" % len(values), *values))]
      out = bytearray(304 + 16 * (len(parts) + 1))
      out[0:18], out[30:37] = b"Spectral Data File", b"Probe 7"
      struct.pack_into("<HI", out, 294, len(parts), 3800000000)
      for i, (key, data) in enumerate(parts):
          struct.pack_into("<BxII", out, 304 + 16 * i, key, len(out), len(data))
          out += data
      return bytes(out)

  made["one.spa"] = (spa(floats, 4000.0, 400.25), even, floats)

  def bits(values):
      return " ".join(struct.pack(">d", v).hex() for v in values)

  for name, (data, x, y) in made.items():
      path = folder + "/" + name
      with open(path, "wb") as f:
          f.write(data)
      print(name, "written", bits(x), bits(y))
      try:
          with contextlib.redirect_stdout(io.StringIO()):
              d = scp.read_spa(path) if name.endswith("spa") else scp.read_spc(path)
              d = d[0] if isinstance(d, list) else d
          print(name, "spectrochempy", bits(np.float64(d.x.data)), bits(np.float64(d.data[0])))
          print(name, "date", str(d.y.labels[0] if name.endswith("spa") else d.acquisition_date))
      except Exception as error:
          print(name, "refused", type(error).__name__)
  """

/// Files that a program which is not ours wrote, as another one that is not ours reads them.
@Suite struct SpectraStrangerTests {
  @Test(.enabled(if: Stranger.isWanted, Stranger.noPython))
  func spectrochempyReadsEqualNumbers() throws {
    try withFolder { folder in
      let file = folder.appending(path: "w.py")
      try Data(script.utf8).write(to: file)
      let (status, output) = try Stranger.run([file.path, folder.path])
      #expect(status == 0, "\(output.suffix(2000))")
      var compared: [String: Int] = [:]
      for line in output.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        guard words.count > 2, words[1] == "written" || words[1] == "spectrochempy" else {
          continue
        }
        // spectrochempy 1.1.3 fails on numbers of 16 bits and on big-endian ones.
        if words[1] == "spectrochempy", ["big.spc", "short.spc"].contains(words[0]) { continue }
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: words[0])))
        let spectrum = try #require(try MeasurementReader.read(bytes).measurement.spectra.first)
        let wanted = words.dropFirst(2).compactMap { UInt64($0, radix: 16) }
          .map { Double(bitPattern: $0) }
        let found = spectrum.axis.values + spectrum.values
        #expect(found.count == 122 && wanted.count == 122, "\(words[0]) \(words[1])")
        for (a, b) in zip(found, wanted) {
          // spectrochempy rounds its axes to three digits.
          let allowed = words[1] == "written" ? 0 : 0.000_501
          #expect(abs(a - b) <= allowed, "\(words[0]) \(words[1])")
        }
        #expect(Array(found[61...]) == Array(wanted[61...]), "\(words[0]) \(words[1])")
        compared[words[1], default: 0] += 1
      }
      #expect(compared == ["written": 7, "spectrochempy": 5], "\(output.prefix(500))")
      #expect(output.contains("one.spa date") && output.contains("2020-05-31 11:33:20"))
    }
  }
}
