internal import Laboratory

/// Lines of an XYDATA table, at most 80 characters each.
struct JCAMPPacking {
  let abscissae: JCAMPAbscissae

  /// Numbers with a blank before each, which every reader takes.
  func affn(_ integers: [Int], into output: inout JCAMPOutput) throws(Failure) {
    var index = 0
    while index < integers.count {
      var line = abscissa(index)
      repeat {
        let word = " \(integers[index])"
        guard line.utf8.count + word.utf8.count <= 80 else { break }
        line += word
        index += 1
      } while index < integers.count
      output.text.line(line)
      try output.pass()
    }
  }

  /// Differences; each line begins with the last value of the line before, as the Y check.
  func dif(_ integers: [Int], into output: inout JCAMPOutput) throws(Failure) {
    guard var before = integers.first else { return }
    var index = 1
    var line = abscissa(0) + Self.squeezed(before)
    while index < integers.count {
      let word = Self.difference(integers[index] - before)
      if line.utf8.count + word.utf8.count > 80 {
        output.text.line(line)
        try output.pass()
        line = abscissa(index - 1) + Self.squeezed(before)
      }
      line += word
      before = integers[index]
      index += 1
    }
    output.text.line(line)
    // The last value once more, so that it is checked too.
    if index > 1 { output.text.line(abscissa(index - 1) + Self.squeezed(before)) }
  }

  /// The abscissa of a point, to a twentieth of a step or better.
  private func abscissa(_ index: Int) -> String {
    let x = abscissae[index]
    let step = abs(abscissae.last - abscissae.first) / Double(abscissae.count - 1)
    var power = 1.0
    for decimals in 0..<12 {
      if 1 / power <= step / 10 { return Self.fixed(x, decimals, power) }
      power *= 10
    }
    return DecimalText.shortest(x)
  }

  /// A number with so many decimals, trailing zeros left out.
  private static func fixed(_ value: Double, _ decimals: Int, _ power: Double) -> String {
    let scaled = (value * power).rounded()
    guard abs(scaled) < 9e15 else { return DecimalText.shortest(value) }
    return DecimalText.shortest(scaled / power == 0 ? 0 : scaled / power)
  }

  private static func squeezed(_ value: Int) -> String {
    letter(value, zero: "@", above: 0x40, below: 0x60)
  }

  private static func difference(_ value: Int) -> String {
    letter(value, zero: "%", above: 0x49, below: 0x69)
  }

  /// Sign and first digit as a letter, the other digits behind it.
  private static func letter(_ value: Int, zero: String, above: UInt8, below: UInt8) -> String {
    let digits = String(value.magnitude)
    guard value != 0, let first = digits.utf8.first else { return zero }
    let letter = (value < 0 ? below : above) + (first - 0x30)
    return String(UnicodeScalar(letter)) + digits.dropFirst()
  }
}
