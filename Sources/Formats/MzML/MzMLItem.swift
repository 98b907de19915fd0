/// A spectrum or chromatogram of an mzML file that is being read.
struct MzMLItem {
  var isSpectrum: Bool
  var id: String
  var length: Int
  var offset: Int
  var terms: [MzMLTerm] = []
  /// In seconds.
  var time: Double?
  var arrays: [MzMLArray] = []
  /// Whether a field of ours says that it is no scan of a series.
  var isOwnSpectrum = false

  func has(_ accession: String) -> Bool { terms.contains { $0.accession == accession } }
  func value(_ accession: String) -> String? { terms.first { $0.accession == accession }?.value }
  func array(_ meaning: String) -> MzMLArray? { arrays.first { $0.meaning == meaning } }
}
