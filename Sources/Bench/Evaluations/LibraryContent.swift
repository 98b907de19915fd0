internal import Delivery
internal import Formats
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Processing

/// The records of the files of a library.
struct LibraryContent {
  enum Entries {
    case mass([MassLibraryEntry])
    case vibrational([VibrationalLibraryEntry])
  }

  private(set) var entries: Entries
  private(set) var refusedCount = 0
  /// The first refusals in words.
  private(set) var refusals: [String] = []
  /// Names that mean one substance, from a file `synonyms.txt` (`a = b = c`, one substance a line).
  private(set) var sameSubstance: [[String]] = []

  var count: Int {
    switch entries {
    case .mass(let entries): entries.count
    case .vibrational(let entries): entries.count
    }
  }

  var kind: LibraryNote.Kind {
    switch entries {
    case .mass: .mass
    case .vibrational: .vibrational
    }
  }

  /// Reads files in their order; each may hold one record or many.
  init(_ files: [LibraryFiles.File]) throws(Failure) {
    var mass: [MassLibraryEntry] = []
    var vibrational: [VibrationalLibraryEntry] = []
    entries = .mass([])
    for file in files {
      if file.name == "synonyms.txt" {
        sameSubstance += Self.synonyms(file.bytes)
        continue
      }
      if Self.isMassText(file) {
        guard let read = massRecords(file) else { continue }
        mass += read.entries
        refusedCount += read.refusedCount
        for refusal in read.refused.prefix(20) {
          note("\(file.name), line \(refusal.line), \(refusal.name): \(refusal.error.failure.what)")
        }
        continue
      }
      do throws(FormatError) {
        let read = try MeasurementReader.read(file.bytes)
        if let entry = Self.massSpectrum(read, file.name) {
          mass.append(entry)
        } else if let entry = Self.spectrum(read, file.name) {
          vibrational.append(entry)
        } else {
          refuse("\(file.name): it holds no single spectrum")
        }
      } catch {
        refuse("\(file.name): \(error.failure.what)")
      }
    }
    guard mass.isEmpty || vibrational.isEmpty else {
      throw Failure(
        "library-mixed", exit: .refused,
        what: "The files hold mass spectra and others (\(mass.count) and \(vibrational.count)).",
        why: "They are not compared with one another.", next: "Import them as two libraries.")
    }
    entries = mass.isEmpty ? .vibrational(vibrational) : .mass(mass)
  }

  /// SHA-256 of the records in their order: names, ids and numbers, not the look of the files.
  ///
  /// Throws where a record cannot be put into words: no hash may stand for two libraries.
  func sha256() throws(Failure) -> String {
    switch entries {
    case .mass(let entries):
      // What MSP cannot say of a record is not searched either.
      do throws(FormatError) {
        return Hash.sha256(of: try MSPWriter.write(entries))
      } catch {
        throw error.failure
      }
    case .vibrational(let entries):
      var text = VibrationalLibrary.hashedText(entries)
      for names in sameSubstance { text += "\n\n" + names.joined(separator: " = ") }
      return Hash.sha256(of: Array(text.utf8))
    }
  }

  private mutating func refuse(_ text: String) {
    refusedCount += 1
    note(text)
  }

  private mutating func note(_ text: String) { if refusals.count < 20 { refusals.append(text) } }

  // MARK: - Records

  private static func firstWord(_ file: LibraryFiles.File) -> String {
    let head = file.bytes.prefix(4096).drop { [0xef, 0xbb, 0xbf, 9, 10, 13, 32].contains($0) }
    return String(decoding: head.prefix(10), as: UTF8.self).uppercased()
  }

  private static func isMassText(_ file: LibraryFiles.File) -> Bool {
    let word = firstWord(file)
    return word.hasPrefix("ACCESSION:") || word.hasPrefix("NAME:")
  }

  private mutating func massRecords(_ file: LibraryFiles.File) -> MassLibraryFile? {
    do throws(FormatError) {
      return Self.firstWord(file).hasPrefix("ACCESSION:")
        ? try MassBankReader.read(file.bytes) : try MSPReader.read(file.bytes)
    } catch {
      refuse("\(file.name): \(error.failure.what)")
      return nil
    }
  }

  /// A file with one scan and nothing else.
  private static func massSpectrum(_ read: ReadSource, _ file: String) -> MassLibraryEntry? {
    guard let scans = read.measurement.massScans, scans.count == 1,
      let peaks = try? MassPeakList(
        massToCharge: scans.massToCharge, intensity: scans.intensity)
    else { return nil }
    return MassLibraryEntry(record: record(read, file), peaks: peaks)
  }

  /// The corrected column of a file, or its only one.
  private static func spectrum(_ read: ReadSource, _ file: String) -> VibrationalLibraryEntry? {
    let spectra = read.measurement.spectra
    guard
      let spectrum = spectra.first(where: { $0.name == "processed" })
        ?? spectra.first(where: { $0.name == "sample" }) ?? spectra.first
    else { return nil }
    return VibrationalLibraryEntry(record: record(read, file), spectrum: spectrum)
  }

  /// The substance as the file names it: its own name where it has one, else that of the file.
  private static func record(_ read: ReadSource, _ file: String) -> LibraryRecord {
    let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    let isNamedByFile = [SourceFormat.enlighten, .table, .bwtek, .jaz].contains(read.format)
    let name = isNamedByFile ? stem : read.identity.samples.first ?? stem
    let facts = read.measurement.facts
    func fact(_ keys: String...) -> String? {
      keys.lazy.compactMap { facts[$0] }.first { !$0.isEmpty }
    }
    return LibraryRecord(
      name: name, inchiKey: fact("inchikey", "INCHIKEY"),
      cas: fact("cas", "CAS REGISTRY NO", "CASREGISTRYNO", "cas_registry_no"))
  }

  private static func synonyms(_ bytes: [UInt8]) -> [[String]] {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map { line in
      line.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty }
    }.filter { $0.count > 1 }
  }
}
