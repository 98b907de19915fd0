import Foundation
import Processing

/// A text file of BWRam, as it lies among the material: facts, then columns by name.
///
/// Decimal comma and point both occur; empty cells are nil.
struct RamanRecording {
  private(set) var facts: [String: String] = [:]
  private(set) var columns: [String: [Double?]] = [:]

  init(_ name: String) throws {
    var names: [String] = []
    for line in try SharedMaterial.text("raman-bwtek-raw/\(name)").split(
      whereSeparator: \.isNewline)
    {
      let cells = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
      if cells[0] == "Pixel" {
        names = cells
      } else if names.isEmpty {
        facts[cells[0]] = cells.count > 1 ? cells[1] : ""
      } else {
        for (name, cell) in zip(names, cells) where !name.isEmpty {
          let column = name.split(separator: " #").first.map(String.init) ?? name
          columns[column, default: []].append(Self.number(cell))
        }
      }
    }
  }

  private static func number(_ cell: String) -> Double? {
    Double(cell.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: ",", with: "."))
  }

  private func fact(_ name: String) throws -> Double {
    guard let number = Self.number(facts[name] ?? "") else { throw Absent(name: name) }
    return number
  }

  private func column(_ name: String) throws -> [Double] {
    guard let column = columns[name] else { throw Absent(name: name) }
    return try column.map { value in
      guard let value else { throw Absent(name: name) }
      return value
    }
  }

  struct Absent: Error { var name: String }

  func raw() throws -> [Double] { try column("Raw data") }

  /// Raw less dark, counts.
  func counts() throws -> [Double] { try zip(raw(), column("Dark")).map { $0 - $1 } }

  /// Channels at the full scale of 16 bits.
  func saturated() throws -> [Int] {
    let raw = try raw()
    return raw.indices.filter { raw[$0] >= 65535 }
  }

  func coefficients() throws -> [Double] { try (0...3).map { try fact("coefs_a\($0)") } }

  func laser() throws -> Double { try fact("laser_wavelength") }

  func wavelengths() throws -> [Double] {
    let coefficients = try coefficients()
    return try raw().indices.map { Polynomial.value(coefficients, at: Double($0)) }
  }

  /// Shifts as the maker computes them, in air on both sides.
  func shifts() throws -> [Double] {
    try RamanAxis.shifts(wavelengths: wavelengths(), laser: laser())
  }

  static let silicon = "ICV_BW785__S0N02_iRPlus785_Z050_100_3200ms.txt"
  static let polystyrene785 = "ICV_BW785__PST02_iRPlus785_Z050_100_3200ms.txt"
  static let polystyrene532 = "FMNT-M_BW532__PST10_iR532_Probe_100_3000msx7.txt"
  static let neon785 = "ICV_BW785__Ne_785nm_x20_50ms.txt"
  static let neon532 = "FMNT-M_BW532__NeonSNQ043_iR532_Probe_5msx2.txt"
  static let glass785 = "ICV_BW785__NISTSRM2241_BW785_100x_25sx5.txt"
  static let calcite785 = "ICV_BW785__sCAL02_iRPlus785_Z050_100_3800ms.txt"
}
