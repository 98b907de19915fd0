internal import Instruments
public import Laboratory

extension TableDeclaration {
  /// The keys that are understood.
  public static let keys = [
    "time", "x", "mz", "intensity", "value", "unit", "axis", "signal_unit", "ordinate", "decimal",
    "separator", "skip", "kind", "zone",
  ]

  /// Makes a declaration of words such as `time=1`.
  ///
  /// Throws `columns-invalid` with what is wrong and what would be right.
  public init(words: [String]) throws(Failure) {
    var found: [String: String] = [:]
    for word in words {
      guard let equals = word.firstIndex(of: "="), equals > word.startIndex,
        word.index(after: equals) < word.endIndex
      else { throw Self.invalid("\(word) is not key=value", "Write for example time=1 unit=min.") }
      let key = String(word[..<equals])
      guard Self.keys.contains(key) else {
        throw Self.invalid(
          "there is no key \(key)", "Known are \(Self.keys.joined(separator: ", ")).")
      }
      guard found.updateValue(String(word[word.index(after: equals)...]), forKey: key) == nil else {
        throw Self.invalid(
          "\(key) stands there twice", "Say it once; several columns as value=2,3.")
      }
    }
    try self.init(words: found)
  }

  /// Makes a declaration of what `run.json` keeps.
  public init(words: [String: String]) throws(Failure) {
    self.init()
    self.words = words
    func column(_ key: String) throws(Failure) -> Column? {
      guard let text = words[key] else { return nil }
      return try Self.column(text, key)
    }
    let (time, x) = (try column("time"), try column("x"))
    let (mass, intensity) = (try column("mz"), try column("intensity"))
    if let text = words["value"] {
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        values.append(try Self.column(String(part), "value"))
      }
    }
    if let mass {
      guard let time, let intensity, x == nil, values.isEmpty else {
        throw Self.invalid(
          "mz goes with time and intensity", "Write time=1 mz=2 intensity=3 unit=s.")
      }
      values = [intensity]
      content = .massScans(
        time: time, factor: try timeFactor(), massToCharge: mass,
        kind: try choice("kind", .centroid))
    } else if let time {
      guard x == nil, intensity == nil else {
        throw Self.invalid("time does not go with x or intensity", "Write time=1 unit=min value=2.")
      }
      content = .traces(time: time, factor: try timeFactor())
    } else if let x {
      guard intensity == nil else {
        throw Self.invalid("intensity goes with mz", "Write x=1 axis=wavelength value=2.")
      }
      content = try spectra(x)
    } else if intensity != nil || !values.isEmpty {
      throw Self.invalid("value needs time or x", "Write time=1 unit=min value=2.")
    }
    signalUnit = words["signal_unit"].map(ForeignText.unit) ?? "1"
    try takeStyle()
  }

  private mutating func takeStyle() throws(Failure) {
    switch words["decimal"] {
    case nil, "dot": hasDecimalComma = false
    case "comma": hasDecimalComma = true
    case let other?: throw Self.invalid("decimal is \(other)", "It is dot or comma.")
    }
    if words["separator"] != nil {
      let own: Separator = try choice("separator", .comma)
      guard own != .comma || !hasDecimalComma else {
        throw Self.invalid(
          "a comma cannot separate cells and be the decimal mark", "Name another separator.")
      }
      separator = own
    }
    if let text = words["skip"] {
      guard let lines = Int(text), (0...100_000).contains(lines) else {
        throw Self.invalid("skip is \(text)", "It is a number of lines.")
      }
      skip = lines
    }
    try takeOrdinate()
    if let text = words["zone"] {
      guard ForeignMoment.isZone(text) else {
        throw Self.invalid("the zone \(text) is not known", "Write Europe/Rome or +0100.")
      }
      zone = text
    }
  }

  private mutating func takeOrdinate() throws(Failure) {
    guard var text = words["ordinate"] else { return }
    if text.hasPrefix("percent_") {
      text.removeFirst("percent_".count)
      divisor = 100
    }
    guard let known = MeasuredSpectrum.Ordinate(rawValue: text),
      divisor == 1 || known == .transmittance || known == .reflectance
    else {
      throw Self.invalid(
        "the ordinate \(text) is not known",
        "It is counts, intensity, absorbance, transmittance, percent_transmittance, reflectance, "
          + "percent_reflectance or irradiance.")
    }
    ordinate = known
  }

  private func timeFactor() throws(Failure) -> Double {
    switch words["unit"] {
    case "s": return 1
    case "min": return 60
    case "h": return 3600
    case "ms": return 0.001
    case nil: throw Self.invalid("the unit of time is not said", "Add unit=s or unit=min.")
    case let other?: throw Self.invalid("the unit \(other) of time", "It is s, min, h or ms.")
    }
  }

  private func spectra(_ x: Column) throws(Failure) -> Content {
    let unit = words["unit"]
    switch (words["axis"], unit) {
    case ("wavelength", nil), ("wavelength", "nm"):
      return .spectra(x: x, axis: .wavelength, factor: 1)
    case ("wavelength", "um"): return .spectra(x: x, axis: .wavelength, factor: 1000)
    case ("wavenumber", nil), ("wavenumber", "per_cm"):
      return .spectra(x: x, axis: .wavenumber, factor: 1)
    case ("raman_shift", nil), ("raman_shift", "per_cm"):
      return .spectra(x: x, axis: .ramanShift, factor: 1)
    case ("channel", nil): return .spectra(x: x, axis: .channel, factor: 1)
    default:
      throw Self.invalid(
        "axis \(words["axis"] ?? "not said"), unit \(unit ?? "not said")",
        "Write axis=wavelength unit=nm (or um), axis=wavenumber, axis=raman_shift or axis=channel.")
    }
  }

  private func choice<Value: RawRepresentable<String>>(
    _ key: String, _ standard: Value
  ) throws(Failure) -> Value {
    guard let text = words[key] else { return standard }
    guard let value = Value(rawValue: text) else {
      throw Self.invalid(
        "\(key) is \(text)",
        key == "kind"
          ? "It is centroid or profile." : "It is comma, semicolon, tab or blank.")
    }
    return value
  }

  private static func column(_ text: String, _ key: String) throws(Failure) -> Column {
    if let number = Int(text) {
      guard (1...NumberTable.mostColumns).contains(number) else {
        throw invalid("column \(number) of \(key)", "Columns are counted from 1.")
      }
      return .number(number)
    }
    guard !text.trimmingBlanks().isEmpty else {
      throw invalid(
        "\(key) names no column", "Write a name of the header row, or its place from 1.")
    }
    return .name(text)
  }

  private static func invalid(_ what: String, _ next: String) -> Failure {
    Failure(
      "columns-invalid", exit: .usage, what: "The declared columns are not understood: \(what).",
      why: "A table is read only as a person declares it.", next: next)
  }
}
