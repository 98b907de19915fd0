/// Plain tables for people: columns as wide as their widest cell.
enum Table {
  /// The table with its heads in the first line.
  static func text(_ heads: [String], _ rows: [[String]]) -> String {
    let all = [heads] + rows
    let widths = heads.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      var line = row.enumerated().map { column, cell in
        cell + String(repeating: " ", count: widths[column] - cell.count)
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
