internal import Formats

/// A JCAMP-DX file.
@Sendable func fuzzJCAMP(_ bytes: [UInt8]) {
  guard let document = try? JCAMPReader.read(bytes) else { return }
  for label in ["TITLE", "XUNITS", "$GAUGER RUN"] { _ = document.text(label) }
  _ = document.fact("run")
}

/// A CSV file of ours.
@Sendable func fuzzCSV(_ bytes: [UInt8]) {
  guard let document = try? CSVReader.read(bytes) else { return }
  _ = document.fact("run")
  for name in ["channel", "intensity", "wavelength_nm"] { _ = document.column(name) }
}
