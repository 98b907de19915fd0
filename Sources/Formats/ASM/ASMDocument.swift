internal import Instruments
internal import Laboratory
internal import Methods

/// The documents of an ASM file, written one behind the other.
struct ASMDocument {
  let content: ExportContent
  let dialect: ASMDialect
  let json: JSONStream
  private let head: ExportHead

  init(_ content: ExportContent, _ dialect: ASMDialect, _ json: JSONStream) {
    self.content = content
    self.dialect = dialect
    self.json = json
    head = content.head
  }

  func write() throws(Failure) {
    try json.object { () throws(Failure) in
      try json.text(ASMName.manifest, dialect.manifest)
      guard dialect != .infrared else {
        try infrared()
        return
      }
      let name = dialect.rawValue
      try json.object("\(name) aggregate document") { () throws(Failure) in
        try deviceSystem()
        try dataSystem()
        try json.array("\(name) document") { () throws(Failure) in
          try json.object { () throws(Failure) in try technique() }
        }
        try customInformation()
      }
    }
    try json.finish()
  }

  // MARK: - Parts of all

  private func deviceSystem() throws(Failure) {
    try json.object("device system document") { () throws(Failure) in
      let isStrict = dialect == .spectrophotometry
      let device = head.instrument.nonEmpty ?? head.model.nonEmpty
      if let device = device ?? (isStrict ? ASMName.unknown : nil) {
        try json.text("device identifier", device)
      }
      if let model = head.model.nonEmpty ?? (isStrict ? ASMName.unknown : nil) {
        try json.text("model number", model)
      }
      try known("equipment serial number", head.serialNumber)
      try known("firmware version", head.firmware)
      try known("product manufacturer", head.maker)
    }
  }

  /// Where the numbers come from: the run or file, its hash, and which program wrote this.
  private func dataSystem() throws(Failure) {
    try json.object("data system document") { () throws(Failure) in
      try json.text("ASM file identifier", head.source.nonEmpty ?? ASMName.unknown)
      try json.text("data system instance identifier", head.laboratory.nonEmpty ?? ASMName.unknown)
      try json.text("database primary key", head.provenance)
      try known("ASM converter name", head.software)
    }
  }

  private func technique() throws(Failure) {
    try json.text("analyst", head.person.nonEmpty ?? ASMName.unknown)
    if dialect == .gas {
      try json.text(
        "device method identifier",
        head.method.map { "\($0.name) \($0.version)" } ?? ASMName.unknown)
    }
    try json.object("measurement aggregate document") { () throws(Failure) in
      if dialect == .spectrophotometry, let started = head.started {
        try json.text("measurement time", started.iso8601)
      }
      try json.array("measurement document") { () throws(Failure) in
        for (index, trace) in content.traces.enumerated() {
          try json.object { () throws(Failure) in try chromatogram(trace, index) }
        }
        for (index, spectrum) in content.spectra.enumerated() {
          try json.object { () throws(Failure) in try ultraviolet(spectrum, index) }
        }
      }
    }
  }

  private func measurement(_ index: Int) throws(Failure) {
    let source = head.source.nonEmpty ?? ASMName.unknown
    try json.text("measurement identifier", "\(source)/\(index + 1)")
    if let started = head.started { try json.text("measurement time", started.iso8601) }
    try json.text("experimental data identifier", head.provenance)
    try json.object("sample document") { () throws(Failure) in
      try json.text("sample identifier", head.sample.nonEmpty ?? ASMName.unknown)
      try json.text("written name", head.title)
      try known("description", head.remark)
      let role: String? =
        switch head.kind {
        case .sample?: "sample role"
        case .blank?: "blank role"
        case .standard?: "standard sample role"
        case .check?: "control sample role"
        default: nil
        }
      if let role { try json.text("sample role type", role) }
    }
  }

  private func device(
    _ type: String, _ more: () throws(Failure) -> Void = {}
  ) throws(Failure) {
    try json.object("device control aggregate document") { () throws(Failure) in
      try json.array("device control document") { () throws(Failure) in
        try json.object { () throws(Failure) in
          try json.whole("@index", 1)
          try json.text("device type", type)
          try more()
        }
      }
    }
  }

  private func cube(
    _ name: String, _ label: String, _ x: (values: [Double], is: ASMQuantity),
    _ y: (values: [Double], is: ASMQuantity)
  ) throws(Failure) {
    func component(_ name: String, _ quantity: ASMQuantity) throws(Failure) {
      try json.array(name) { () throws(Failure) in
        try json.line([
          ("@componentDatatype", "\"double\""), ("concept", JSONStream.quoted(quantity.concept)),
          ("unit", JSONStream.quoted(quantity.unit)),
        ])
      }
    }
    func data(_ name: String, _ values: [Double], _ quantity: ASMQuantity) throws(Failure) {
      try json.array(name) { () throws(Failure) in
        try json.numbers(values, times: quantity.exponent)
      }
    }
    try json.object(name) { () throws(Failure) in
      let marks = head.marks.isEmpty ? "" : head.marks.joined(separator: ", ") + ": "
      try json.text("label", marks + label)
      try json.object("cube-structure") { () throws(Failure) in
        try component("dimensions", x.is)
        try component("measures", y.is)
      }
      try json.object("data") { () throws(Failure) in
        try data("dimensions", x.values, x.is)
        try data("measures", y.values, y.is)
      }
    }
  }

  private func known(_ name: String, _ value: String) throws(Failure) {
    if !value.isEmpty { try json.text(name, value) }
  }

  /// The exact facts, and last of all the checksum of every byte before it.
  private func customInformation() throws(Failure) {
    try json.object(ASMName.custom) { () throws(Failure) in
      try json.array(ASMName.customItem) { () throws(Failure) in
        for name in unknownNumbers {
          try datum(name, "not known: -0.0 stands where the schema demands a number")
        }
        for fact in content.exactFacts { try datum(ASMName.own + fact.name, fact.value) }
        try json.beginMember()
        let nulls = otherKinds.map { "\"\($0.name)\": \($0.json), " }.joined()
        try json.put(
          "{\(nulls)\"\(ASMName.label)\": \"\(ASMName.checksum)\", \"\(ASMName.string)\": \"")
        try json.put(json.checksum() + "\"}")
      }
    }
  }

  private func datum(_ label: String, _ value: String) throws(Failure) {
    try json.line(
      otherKinds + [
        (ASMName.label, JSONStream.quoted(label)), (ASMName.string, JSONStream.quoted(value)),
      ])
  }

  /// The kinds of private fields that a text is not.
  ///
  /// In the release of 2024/06 a field without them is of each kind at once and of none therefore:
  /// its `oneOf` lacks what that of 2025/06 requires. Null is no number, moment or truth.
  private var otherKinds: [(name: String, json: String)] {
    guard dialect == .spectrophotometry else { return [] }
    return ["double", "timestamp", "boolean"].map { ("scalar \($0) datum", "null") }
  }

  // MARK: - Chromatograms

  private func chromatogram(_ trace: Trace, _ index: Int) throws(Failure) {
    let isMass = head.technique == .gcms || head.technique == .lcms
    try measurement(index)
    try json.object("chromatography column document") {}
    if dialect == .gas || injectionVolume != nil, let started = head.started,
      let volume = dialect.injectionVolume
    {
      try json.object("injection document") { () throws(Failure) in
        try json.text("injection identifier", head.source.nonEmpty ?? ASMName.unknown)
        try json.text("injection time", started.iso8601)
        try json.quantity(
          volume.name,
          injectionVolume.map { DecimalShift.text($0, by: 0) } ?? ASMName.unknownNumber,
          volume.unit)
      }
    }
    try device(isMass ? "mass spectrometer" : "chromatographic detector")
    let known = ASMQuantity.signal(trace.unit.symbol)
    let quantity = known ?? .plain
    let isMassChromatogram = isMass && quantity.unit == "Counts"
    try cube(
      isMassChromatogram ? ASMName.massChromatogram : ASMName.chromatogram,
      known == nil ? "\(trace.name), \(trace.unit.symbol)" : trace.name, (trace.times, .time),
      (trace.values, quantity))
    let isFirst = content.traces.firstIndex { $0.name == trace.name } == index
    let peaks = content.peaks.enumerated().filter { isFirst && $0.element.trace == trace.name }
    if !peaks.isEmpty { try ASMPeaks.write(peaks.map { $0 }, trace, quantity, json) }
  }

  private var injectionVolume: Double? { Self.number(["injection_volume_uL"], head) }

  /// A number of the settings or facts, the first that is there.
  static func number(_ names: [String], _ head: ExportHead) -> Double? {
    for name in names {
      if let value = head.settings[name], value.isFinite { return value }
      let fact = head.facts.first { $0.name == name || $0.name == "setting_\(name)" }
      if let value = fact.flatMap({ DecimalText.number($0.value) }) { return value }
    }
    return nil
  }

  // MARK: - Spectra

  private func ultraviolet(_ spectrum: MeasuredSpectrum, _ index: Int) throws(Failure) {
    try measurement(index)
    // The schema demands one absorbance: the highest, and the wavelength where it stands.
    var highest = 0
    for (place, value) in spectrum.values.enumerated() where value > spectrum.values[highest] {
      highest = place
    }
    try device("spectrophotometer") { () throws(Failure) in
      try json.quantity(
        "detector wavelength setting", DecimalShift.text(spectrum.axis.values[highest], by: 0), "nm"
      )
    }
    try json.quantity(
      "absorbance",
      DecimalShift.text(spectrum.values[highest], by: ASMQuantity.absorbance.exponent),
      ASMQuantity.absorbance.unit)
    try cube(
      ASMName.absorption, spectrum.name, (spectrum.axis.values, .wavelength),
      (spectrum.values, .absorbance))
  }

  /// The cube of an infrared spectrum; nil where the schema has none.
  static func infraredCube(_ spectrum: MeasuredSpectrum) -> String? {
    switch spectrum.ordinate {
    case .absorbance: ASMName.absorption
    case .transmittance: ASMName.transmittance
    case .reflectance: ASMName.reflectance
    case .counts, .intensity, .irradiance: nil
    }
  }

  /// The numbers that the infrared schema demands: name, unit, and by which facts they are known.
  static let infraredNumbers: [(name: String, unit: String, facts: [String])] = [
    ("optical velocity setting", "cm/s", ["optical_velocity_cm_per_s"]),
    ("resolution", "1/cm", ["resolution_per_cm"]),
    ("number of averages", "(unitless)", ["scans_averaged"]),
    ("detector gain setting", "(unitless)", ["detector_gain"]),
    ("aperture size setting", "nm", ["aperture_nm"]),
  ]

  private var unknownNumbers: [String] {
    switch dialect {
    case .gas: injectionVolume == nil ? ["injection volume setting"] : []
    case .liquid, .spectrophotometry: []
    case .infrared:
      Self.infraredNumbers.filter { Self.number($0.facts, head) == nil }.map(\.name)
    }
  }

  /// The flat dialect of 2021.
  private func infrared() throws(Failure) {
    let unknown = ASMName.unknown
    try json.text("assay comment", head.title)
    try json.text("sample identifier", head.sample.nonEmpty ?? unknown)
    try json.text("analyst", head.person.nonEmpty ?? unknown)
    try json.text("measurement identifier", head.source.nonEmpty ?? unknown)
    if let started = head.started { try json.text("measurement time", started.iso8601) }
    try json.text("experimental data identifier", head.provenance)
    if let method = head.method {
      try json.text("analytical method identifier", "\(method.name) \(method.version)")
    }
    try json.text("equipment serial number", head.serialNumber.nonEmpty ?? unknown)
    try json.text("beamsplitter type", unknown)
    try json.text("detector type", unknown)
    try json.object("Fourier transform infrared document") { () throws(Failure) in
      try json.object("measurement document") { () throws(Failure) in
        for item in Self.infraredNumbers {
          let number = Self.number(item.facts, head).map { DecimalShift.text($0, by: 0) }
          try json.quantity(item.name, number ?? ASMName.unknownNumber, item.unit)
        }
        guard let spectrum = content.spectra.first else { return }
        let own = Self.infraredCube(spectrum)
        for name in [
          ASMName.absorption, ASMName.transmittance, ASMName.reflectance, ASMName.interferogram,
        ] {
          if name == own {
            try cube(
              name, spectrum.name, (spectrum.axis.values, .wavenumber), (spectrum.values, .relative)
            )
          } else {
            try json.object(name) {}
          }
        }
      }
    }
    try customInformation()
  }
}
