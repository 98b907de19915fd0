/// A spectrum or chromatogram of an mzML file that is being read.
struct MzMLItem {
  var isSpectrum: Bool
  var id: String
  var length: Int
  var offset: Int
  /// The MS level; nil where none is said.
  var level: String?
  /// Whether a term says that it is one of several levels.
  var isHigher = false
  var isProfile = false
  /// In seconds.
  var time: Double?
  var arrays: [MzMLArray] = []
  /// Whether a field of ours says that it is no scan of a series.
  var isOwnSpectrum = false

  /// Takes what a term says of the whole.
  mutating func take(_ term: MzMLTerm) {
    switch term.accession {
    case "MS:1000511": level = level ?? term.value
    case "MS:1000580": isHigher = true
    case "MS:1000128": isProfile = true
    default: break
    }
  }

  /// How many characters its arrays have.
  var characters: Int { arrays.reduce(0) { $0 + $1.text.count } }

  /// How many values the longest of its arrays shall have; no more than are read.
  var values: Int {
    min(arrays.reduce(length) { max($0, $1.length ?? 0) }, MzMLArray.most)
  }

  func array(_ meaning: String) -> MzMLArray? { arrays.first { $0.meaning == meaning } }
}
