internal import Laboratory

/// Texts as the ANDI standards want them: ASCII, at most 255 bytes, some of them from a fixed list.
enum ANDIText {
  /// The stamp of a moment that nobody knows, where one must stand.
  static let unknownStamp = "00000000000000+0000"

  /// A text for people in printable ASCII; what is too long ends in three points.
  static func plain(_ text: String, most: Int = 255) -> [UInt8] {
    let bytes = Array(EscapedText.readable(text).utf8)
    return bytes.count <= most ? bytes : bytes.prefix(most - 3) + Array("...".utf8)
  }

  /// `YYYYMMDDhhmmss+hhmm` on the clock of a zone, of UTC where the zone is not known.
  ///
  /// Fractions of a second are cut off.
  static func stamp(_ moment: Timestamp?, zone: String) -> String {
    guard let moment else { return unknownStamp }
    let ahead = ForeignMoment.minutesAhead(zone, at: moment) ?? 0
    let local = Timestamp(microseconds: moment.microseconds + Int64(ahead) * 60_000_000)
    let (year, month, day, microsecond) = local.civil
    guard (0...9999).contains(year) else { return unknownStamp }
    let second = microsecond / 1_000_000
    let parts = [month, day, second / 3600, second / 60 % 60, second % 60].map { pad($0, 2) }
    let offset = pad(Int64(abs(ahead) / 60), 2) + pad(Int64(abs(ahead) % 60), 2)
    return pad(year, 4) + parts.joined() + (ahead < 0 ? "-" : "+") + offset
  }

  /// Where the numbers come from, with the whole hash however long the name is.
  static func provenance(_ head: ExportHead) -> [UInt8] {
    let whole = plain(head.provenance, most: .max)
    guard whole.count > 255 else { return whole }
    let end = Array(" SHA-256 \(head.sourceSHA256)".utf8)
    return plain(head.provenance, most: max(3, 255 - end.count)) + end.suffix(252)
  }

  /// The units of intensities, by ours.
  static func unit(_ symbol: String) -> String {
    switch symbol {
    case "counts": "Total Counts"
    case "counts_per_s": "Counts Per Second"
    case "V": "Volts"
    case "A": "Current"
    case "arbitrary": "Arbitrary Intensity Units"
    default: "Other Intensity"
    }
  }

  private static func pad(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The words of ANDI/MS that an attribute may have, exactly so spelt.
  static let words: [String: Set<String>] = [
    "sample_state": ["Solid", "Liquid", "Gas", "Supercritical Fluid", "Plasma", "Other State"],
    "test_separation_type": [
      "Gas-Liquid Chromatography", "Gas-Solid Chromatography",
      "Normal Phase Liquid Chromatography", "Reverse Phase Liquid Chromatography",
      "Ion Exchange Liquid Chromatography", "Size Exclusion Liquid Chromatography",
      "Ion Pair Liquid Chromatography", "Other Liquid Chromatography",
      "Supercritical Fluid Chromatography", "Thin Layer Chromatography",
      "Field Flow Fractionation", "Capillary Zone Electrophoresis", "Other Chromatography",
      "No Chromatography",
    ],
    "test_ms_inlet": [
      "Membrane Separator", "Capillary Direct", "Open Split", "Jet Separator",
      "Direct Inlet Probe", "Septum", "Particle Beam", "Reservoir", "Moving Belt",
      "Atmospheric Pressure Chemical Ionization Inlet", "Flow Injection Analysis",
      "Electrospray Inlet", "Infusion", "Thermospray Inlet", "Other Probe", "Other Inlet",
    ],
    "test_ionization_mode": [
      "Electron Impact", "Chemical Ionization", "Fast Atom Bombardment", "Field Desorption",
      "Field Ionization", "Electrospray Ionization", "Thermospray Ionization",
      "Atmospheric Pressure Chemical Ionization", "Plasma Desorption", "Laser Desorption",
      "Spark Ionization", "Thermal Ionization", "Other Ionization",
    ],
    "test_ionization_polarity": ["Positive Polarity", "Negative Polarity"],
    "test_detector_type": [
      "Electron Multiplier", "Photomultplier", "Focal Plane Array", "Faraday Cup",
      "Conversion Dynode Electron Multiplier", "Conversion Dynode Photomultiplier",
      "Multicollector", "Other Detector",
    ],
    "test_resolution_type": ["Constant Resolution", "Proportional Resolution"],
    "test_scan_function": ["Mass Scan", "Selected Ion Detection", "Other Function"],
    "test_scan_direction": ["Up", "Down", "Other Direction"],
    "test_scan_law": ["Linear", "Exponential", "Quadratic", "Other Law"],
  ]
}

extension NetCDFLayout {
  /// Adds an attribute with a text for people; none where it is empty.
  mutating func add(_ name: String, _ text: String?, most: Int = 255) {
    guard let text, !text.isEmpty else { return }
    let bytes = ANDIText.plain(text, most: most)
    if !bytes.isEmpty { attributes.append(.init(name: name, value: .text(bytes))) }
  }

  /// The eight dimensions of texts that every ANDI file has; gives those of 32 and 64 bytes.
  mutating func addStringDimensions() -> (two: Int, thirtyTwo: Int, sixtyFour: Int) {
    let all = [2, 4, 8, 16, 32, 64, 128, 255].map { dimension("_\($0)_byte_string", $0) }
    return (all[0], all[4], all[5])
  }
}

extension ExportHead {
  /// The value of a fact that a file of the same standard had, to be said again in its place.
  func said(_ name: String) -> String? { facts.first { $0.name == name }?.value.nonEmpty }

  /// What stands in front of everything for people to see: `EMULATED: `.
  var markText: String { marks.isEmpty ? "" : marks.joined(separator: ", ") + ": " }

  /// What an ANDI file says in its comments: marks, program, what was rounded, and what remains.
  func comments(_ more: [String]) -> String {
    let parts = [marks.joined(separator: " ")] + more + [software.isEmpty ? "" : "by \(software)"]
    return parts.filter { !$0.isEmpty }.joined(separator: "; ")
  }
}
