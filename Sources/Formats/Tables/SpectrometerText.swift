/// The head of a spectrometer's text file: `name mark value` lines up to the table.
struct SpectrometerHead {
  /// The values by name, as they stand.
  var values: [String: String] = [:]
  /// The lines in their order, for facts.
  var names: [String] = []

  mutating func take(_ line: String, mark: Character) {
    guard let place = line.firstIndex(of: mark) else { return }
    let name = line[..<place].trimmingBlanks()
    guard !name.isEmpty, names.count < 1000, values[name] == nil else { return }
    names.append(name)
    values[name] = line[line.index(after: place)...].trimmingBlanks()
  }

  /// The number of a value; a decimal comma is understood.
  func number(_ name: String) -> Double? {
    values[name].flatMap { DecimalText.number($0.replacing(",", with: ".")) }
  }

  /// The text of a value; nil where it is empty.
  func text(_ name: String) -> String? {
    values[name].flatMap { $0.isEmpty ? nil : ForeignText.plain($0, most: 200) }
  }

  /// All values, numbers with a point, by names of ours.
  var facts: [String: String] {
    var facts: [String: String] = [:]
    for name in names {
      guard let key = TableReader.lastingName(name), let value = text(name) else { continue }
      let number = value.contains(",") ? self.number(name) : nil
      facts[key] = number.map(DecimalText.shortest) ?? value
    }
    return facts
  }
}

/// Refuses an axis that neither rises nor falls strictly.
func checkAxis(_ x: [Double], at offset: Int) throws(FormatError) {
  guard let first = x.first, let last = x.last else {
    throw FormatError(.table, .missing, at: offset, "there is no row of numbers")
  }
  for index in x.indices.dropFirst() {
    guard last < first ? x[index] < x[index - 1] : x[index] > x[index - 1] else {
      throw FormatError(
        .table, .inconsistent, at: offset,
        "the abscissa \(x[index]) stands behind \(x[index - 1]): it neither rises nor falls")
    }
  }
}
