internal import Formats
internal import Laboratory
internal import Processing

/// A library of mass spectra in NIST's form: what is read can be written, read again and searched.
@Sendable func fuzzMSP(_ bytes: [UInt8]) {
  guard let file = try? MSPReader.read(bytes) else { return }
  check(file)
  guard let written = try? MSPWriter.write(file.entries) else {
    FuzzTargets.demand(false, "a library that was read can be written")
    return
  }
  let again = try? MSPReader.read(written)
  FuzzTargets.demand(
    again?.entries.map(\.peaks) == file.entries.map(\.peaks), "peaks that were written are the same"
  )
}

/// MassBank records.
@Sendable func fuzzMassBank(_ bytes: [UInt8]) {
  if let file = try? MassBankReader.read(bytes) { check(file) }
}

/// A run as MS1 text: what is read can be taken apart.
@Sendable func fuzzMS1(_ bytes: [UInt8]) {
  guard let scans = try? MS1Reader.read(bytes).measurement.massScans else { return }
  FuzzTargets.demand(
    zip(scans.times, scans.times.dropFirst()).allSatisfy { $0 < $1 }, "times rise")
  let traces = try? scans.traces(of: [IonTarget(massToCharge: 140.2)])
  FuzzTargets.demand(traces?.refused.isEmpty == true, "scans that were read can be used")
  // A mass far away makes a table that is refused or slow, and says nothing more.
  guard (scans.massRange?.upperBound ?? 0) < 2000, scans.count < 2000 else { return }
  _ = try? scans.components()
}

private func check(_ file: MassLibraryFile) {
  for entry in file.entries {
    FuzzTargets.demand(!entry.record.name.isEmpty && entry.peaks.base > 0, "a record has peaks")
  }
  guard
    let library = try? MassLibrary(
      file.entries, source: LibrarySource(name: "fuzz", version: "", sha256: "")),
    let first = file.entries.first
  else { return }
  let answer = library.answer(MassQuery(peaks: first.peaks))
  FuzzTargets.demand(
    answer.matches.allSatisfy { (0...999).contains($0.score) }, "a score is between 0 and 999")
}
