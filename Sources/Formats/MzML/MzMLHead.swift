internal import Instruments
internal import Laboratory
internal import Methods

/// What stands in an mzML file before its spectra: contents, sample, software, instrument, processing,
/// and the run with every fact.
struct MzMLHead {
  typealias V = MzMLVocabulary

  let content: ExportContent
  let survey: MzMLSurvey

  /// The name before each exact fact.
  static let prefix = "gauger:"
  /// The longest value that one field takes, characters; what is longer goes into several of a name.
  static let longest = 100_000

  var text: String {
    let head = content.head
    return """
      <?xml version="1.0" encoding="utf-8"?>
      <indexedmzML xmlns="\(Self.space)" xmlns:xsi="\(Self.xsi)" xsi:schemaLocation="\(Self.space) \(Self.schemas)1.1.2_idx.xsd">
      <mzML xmlns="\(Self.space)" xmlns:xsi="\(Self.xsi)" xsi:schemaLocation="\(Self.space) \(Self.schemas)1.1.0.xsd" id="\(MzMLText.plain(head.title))" version="1.1.0">
      <cvList count="2">
      <cv id="MS" fullName="Proteomics Standards Initiative Mass Spectrometry Ontology" version="4.1.257" URI="https://purl.obolibrary.org/obo/ms/psi-ms.obo"/>
      <cv id="UO" fullName="Unit Ontology" version="2026-07-31" URI="https://purl.obolibrary.org/obo/uo.obo"/>
      </cvList>
      <fileDescription><fileContent>
      \(fileContent)</fileContent></fileDescription>
      <sampleList count="1"><sample id="sample_1" name="\(MzMLText.plain(head.title))">
      \(sample)</sample></sampleList>
      <softwareList count="1"><software id="gauger" version="\(version)">
      \(Self.software.text("gauger"))
      </software></softwareList>
      <instrumentConfigurationList count="1"><instrumentConfiguration id="instrument_1">
      \(instrument)<softwareRef ref="gauger"/>
      </instrumentConfiguration></instrumentConfigurationList>
      <dataProcessingList count="1"><dataProcessing id="processing_1"><processingMethod order="0" softwareRef="gauger">
      \(processing)</processingMethod></dataProcessing></dataProcessingList>
      <run id="\(run)" defaultInstrumentConfigurationRef="instrument_1" sampleRef="sample_1"\(started)>
      \(marks)\(facts)
      """
  }

  private static let space = "http://psi.hupo.org/ms/mzml"
  private static let xsi = "http://www.w3.org/2001/XMLSchema-instance"
  private static let schemas = "http://psidev.info/files/ms/mzML/xsd/mzML"
  private static let software = V.Term("MS:1000799", "custom unreleased software tool")
  private static let serialNumber = V.Term("MS:1000529", "instrument serial number")

  /// A field for people, left out where nothing is known.
  private func note(_ name: String, _ value: String) -> String {
    value.isEmpty ? "" : Self.field(name, MzMLText.plain(value))
  }

  private static func field(_ name: String, _ value: String) -> String {
    "<userParam name=\"\(name)\" value=\"\(value)\" type=\"xsd:string\"/>\n"
  }

  private var fileContent: String {
    var terms: [V.Term] = []
    func add(_ term: V.Term) { if !terms.contains(term) { terms.append(term) } }
    if let scans = content.massScans {
      add(scans.hasSelectedMasses ? V.selectedIons : V.fullScan)
      add(scans.kind == .profile ? V.profile : V.centroid)
    }
    for spectrum in content.spectra {
      add(MzMLLight(spectrum)?.type ?? V.fullScan)
      // The rules want one representation a file at most.
      if content.massScans == nil { add(V.profile) }
    }
    for trace in content.traces { if let signal = MzMLSignal(trace) { add(signal.type) } }
    let head = content.head
    return terms.map { $0.text() + "\n" }.joined() + note("source", head.provenance)
      + note("operator", head.person) + note("laboratory", head.laboratory)
  }

  private var sample: String {
    let head = content.head
    guard !head.sample.isEmpty else { return note("kind", head.kind?.rawValue ?? "") }
    let name = MzMLText.plain(head.sample)
    return V.Term("MS:1000001", "sample number").text(name) + "\n"
      + V.Term("MS:1000002", "sample name").text(MzMLText.plain(head.title)) + "\n"
      + note("kind", head.kind?.rawValue ?? "") + note("remark", head.remark)
  }

  private var version: String {
    let text = content.head.software
    let own = text.lowercased().hasPrefix("gauger ") ? String(text.dropFirst(7)) : text
    return MzMLText.plain(own.isEmpty ? "unknown" : own)
  }

  private var instrument: String {
    let head = content.head
    var text = V.Term("MS:1000031", "instrument model").text() + "\n"
    if !head.serialNumber.isEmpty {
      text += Self.serialNumber.text(MzMLText.plain(head.serialNumber)) + "\n"
    }
    return text + note("maker", head.maker) + note("model", head.model)
      + note("instrument", head.instrument) + note("firmware", head.firmware)
      + (head.isEmulated ? note("emulated", "yes") : "")
  }

  private var processing: String {
    let head = content.head
    var text = V.Term("MS:1000544", "Conversion to mzML").text() + "\n"
    if let method = head.method {
      text += note("method", "\(method.name) \(method.version), SHA-256 \(method.sha256)")
    }
    for step in head.steps { text += note("step \(step.name)", RunFacts.line(step)) }
    return text
  }

  /// The marks first, so that they are seen.
  private var run: String {
    let head = content.head
    let name = (head.source.isEmpty ? "run" : head.source)
    return MzMLText.id((head.marks + [name]).joined(separator: "_"))
  }

  private var started: String {
    content.head.started.map { " startTimeStamp=\"\($0.iso8601)\"" } ?? ""
  }

  private var marks: String {
    let head = content.head
    return
      (head.isEmulated
      ? Self.field("EMULATED", "no real instrument was measured with") : "")
      + (head.isComplete
        ? "" : Self.field("INCOMPLETE", "not all that was asked for was taken"))
  }

  /// Every fact, exactly.
  private var facts: String {
    content.exactFacts.map { fact in
      let name = Self.prefix + MzMLText.exact(fact.name)
      var (text, rest) = ("", fact.value.unicodeScalars[...])
      repeat {
        text += Self.field(
          name, MzMLText.exact(String(String.UnicodeScalarView(rest.prefix(Self.longest)))))
        rest = rest.dropFirst(Self.longest)
      } while !rest.isEmpty
      return text
    }.joined()
  }
}

/// How a spectrum of its own, no scan of a series, is said in mzML.
struct MzMLLight {
  var type: MzMLVocabulary.Term
  var scale: MzMLScale
  var axis: MzMLVocabulary.Term
  var axisUnit: MzMLVocabulary.Term

  /// The name of the field that marks one over mass.
  static let mark = "gauger:spectrum"

  /// Nil where the vocabulary has no term or unit for it.
  init?(_ spectrum: MeasuredSpectrum) {
    typealias V = MzMLVocabulary
    let isCounts = spectrum.ordinate == .counts || spectrum.ordinate == .intensity
    scale = MzMLScale(intensity: isCounts ? "counts" : "AU")
    switch spectrum.axis.kind {
    case .wavelength:
      guard isCounts || spectrum.ordinate == .absorbance else { return nil }
      type = isCounts ? V.lightSpectrum : V.absorptionSpectrum
      (axis, axisUnit) = (V.wavelengthArray, V.nanometre)
    case .massToCharge:
      let x = spectrum.axis.values
      guard isCounts, !zip(x, x.dropFirst()).contains(where: { $0 > $1 }) else { return nil }
      (type, axis, axisUnit) = (V.fullScan, V.massArray, V.mass)
    case .ramanShift, .wavenumber, .channel: return nil
    }
  }
}
