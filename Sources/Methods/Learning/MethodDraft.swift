/// Writes the text of a new method: that of a template under another name, with what runs taught.
///
/// Comments of the template stay where its text stays; every learned value says from which runs.
public struct MethodDraft: Sendable {
  /// The template.
  public var template: Method
  /// The name of the new method.
  public var name: String
  /// Its title; none keeps the template's.
  public var title: String?

  /// Begins a method.
  ///
  /// - Throws: `MethodError` where the name cannot be one.
  public init(from template: Method, name: String, title: String? = nil) throws(MethodError) {
    guard MethodReader.isName(name) else {
      throw MethodError(
        .badValue, file: "", problem: "'\(name)' cannot be the name of a method.",
        why: "Names stand in files and results: lower-case words and numbers joined by hyphens.",
        next: "Choose a name like etizolam-gcms.")
    }
    self.template = template
    self.name = name
    self.title = title
  }

  /// The text without anything learned.
  public func text() throws(MethodError) -> String {
    try checked(
      MethodSections(template.text.text).renamed(name, title, ["from the template"], self))
  }

  /// The text with what the runs show; `targets` are the substances that a person knows to be in
  /// them, none proposes one for each of the largest peaks where the template has analytes.
  ///
  /// - Throws: `MethodError` where the template is of a technique that learns nothing, or the runs
  ///   have no such signal or peaks.
  public func text(
    learnedFrom runs: [LearningRun], targets: [LearningTarget] = []
  ) throws(MethodError) -> String {
    guard case .separation(let body) = template.body, let first = body.signals.first else {
      throw MethodError(
        .nothingLearned, file: "",
        problem: "Nothing can be learned for a method of \(template.technique.rawValue).",
        why: "Windows, widths and ions are learned from peaks against time.",
        next: "Leave --learn away, and write region, library and bands by hand.")
    }
    let pattern = body.analytes.last { $0.role == .analyte }
    let facts = try PeakLearning(
      signal: first, runs: runs, targets: targets,
      identity: pattern?.identity ?? body.unknowns ?? PeakIdentity()
    ).facts()
    var sections = MethodSections(template.text.text)
      .renamed(name, title, ["from the template", "learned from \(list(facts.runs))"], self)
    sections.replace("signals", by: signals(sections, body, facts))
    if pattern != nil || !targets.isEmpty {
      sections.replace("analytes", by: analytes(sections, body, facts))
    }
    return try checked(sections)
  }

  /// What is written must be a method; a template in another layout is refused, not cut.
  private func checked(_ sections: MethodSections) throws(MethodError) -> String {
    let text = sections.text
    do {
      _ = try MethodReader.read(text: text, file: "\(name).yaml")
    } catch {
      throw MethodError(
        .syntax, file: template.text.file,
        problem: "the template cannot be taken over: \(error.problem)",
        why: "Its text is laid out in another way than the templates of the program: keys in the "
          + "first column, one step of indent two spaces.",
        next:
          "Lay it out like them (gauger method show gcms-quantitation), or copy and edit its file.")
    }
    return text
  }

  private func list(_ runs: [String]) -> String {
    runs.count <= 3 ? runs.joined(separator: ", ") : "\(runs[0]) and \(runs.count - 1) others"
  }

  // MARK: - Signals

  private func signals(
    _ sections: MethodSections, _ body: SeparationMethod, _ facts: LearnedFacts
  ) -> [String] {
    var lines = ["signals:"]
    var own = sections.entry(0, of: "signals")
    let width = "expected_width_s: \(short(facts.expectedWidth))"
    let origin = "learned from \(list(facts.runs)): median of \(facts.peakCount) peaks"
    own.replaceValue(of: ["expected_width_s", "expected_width_min"], by: width, origin: origin)
    if let least = facts.minimumHeight {
      own.replaceValue(
        of: ["minimum_height"], by: "minimum_height: \(least.short)",
        origin: "learned: signal to noise 3 beside the peaks")
    }
    lines += own.lines
    guard facts.analytes.contains(where: { $0.ion != nil }) else {
      for index in body.signals.indices.dropFirst() {
        lines += sections.entry(index, of: "signals").lines
      }
      return lines
    }
    var seen: Set<String> = []
    for analyte in facts.analytes {
      guard let ion = analyte.ion, seen.insert(signalName(ion)).inserted else { continue }
      lines += [
        "  \(signalName(ion)):", "    from: ion",
        "    ion_mz: \(ion.massToCharge.short)  # learned from \(list(analyte.runs)): "
          + "\(ion.percent.short) % of the base peak, \(ion.selectivity.short) selective",
        "    tolerance_mz: 0.5",
      ]
      if !isAnchored(body) {
        lines.append("    detection: { expected_width_s: \(short(facts.expectedWidth)) }")
      }
    }
    return lines
  }

  private func signalName(_ ion: LearnedIon) -> String { "ion-\(ion.massToCharge.short)" }

  private func isAnchored(_ body: SeparationMethod) -> Bool {
    guard case .anchored = body.analytes.last?.measure else { return false }
    return true
  }

  // MARK: - Analytes

  private func analytes(
    _ sections: MethodSections, _ body: SeparationMethod, _ facts: LearnedFacts
  ) -> [String] {
    var lines = ["analytes:"]
    let standard = facts.analytes.first { $0.role == .internalStandard }?.name
    let patternIndex = body.analytes.lastIndex { $0.role == .analyte }
    let pattern = patternIndex.map { sections.entry($0, of: "analytes") }
    let definition = patternIndex.map { body.analytes[$0] }
    for analyte in facts.analytes {
      lines += describe(analyte, body)
      guard analyte.role == .analyte else { continue }
      if let standard { lines.append("    internal_standard: \(quoted(standard))") }
      if let library = definition?.identity?.library, analyte.ion != nil {
        lines += ["    identity:", "      library: \(quoted(library))"]
        if !analyte.name.hasPrefix("Peak at ") {
          lines.append("      expected: \(quoted(analyte.name))")
        }
      }
      if let pattern { lines += pattern.block("calibration") }
    }
    return lines
  }

  private func describe(_ analyte: LearnedAnalyte, _ body: SeparationMethod) -> [String] {
    let (low, high) = (analyte.window.lowerBound, analyte.window.upperBound)
    let times = "apex \(span(analyte.times)) s, width \(short(analyte.width)) s"
    var lines = [
      "  \(quoted(analyte.name)):",
      "    window_s: [\(low.short), \(high.short)]  # learned from \(list(analyte.runs)): \(times)",
    ]
    if analyte.role == .internalStandard { lines.append("    role: internal-standard") }
    if let ion = analyte.ion {
      lines.append("    signal: \(signalName(ion))")
    } else if let first = body.signals.first {
      lines.append("    signal: \(quoted(first.name))")
    }
    if isAnchored(body) {
      lines += [
        "    measure: anchored",
        "    # learned: the widest of the peaks that were found",
        "    anchors: { before_s: \(analyte.before.short), after_s: \(analyte.after.short), "
          + "level_points: 4, level: median }",
      ]
    }
    if let least = analyte.minimumHeight, analyte.role == .analyte {
      let why =
        analyte.ion == nil ? "signal to noise 3" : "ten times the noise beside the window"
      lines.append("    minimum_height: \(least.short)  # learned: \(why)")
    }
    if !analyte.otherIons.isEmpty {
      let others = analyte.otherIons.map {
        "\($0.massToCharge.short) (\($0.percent.short) %, \($0.selectivity.short) selective)"
      }
      lines.append("    # other ions: \(others.joined(separator: ", "))")
    }
    return lines
  }

  private func span(_ times: [Double]) -> String {
    let (low, high) = (rounded(times.min() ?? 0, 0.1), rounded(times.max() ?? 0, 0.1))
    return low == high ? low.short : "\(low.short) to \(high.short)"
  }

  private func short(_ width: Double) -> String { rounded(width, width < 1 ? 0.01 : 0.1).short }

  /// A text as YAML takes it for one, whatever it holds.
  func quoted(_ text: String) -> String {
    let plain = text.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
        || " -_.()".unicodeScalars.contains($0)
    }
    if plain, let first = text.unicodeScalars.first, text.last != " ",
      ("a"..."z").contains(first) || ("A"..."Z").contains(first),
      !["true", "false", "null"].contains(text)
    {
      return text
    }
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": escaped += "\\" + String(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: escaped += " "
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return "\"\(escaped)\""
  }
}
