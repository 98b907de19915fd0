internal import Foundation

/// The discrete Fourier transform of a power of two of points, in place.
enum FourierTransform {
  /// X[k] = sum of x[n] exp(-2 pi i k n / N), unscaled.
  ///
  /// Cooley and Tukey's by twos. Each factor is computed by its own sine and cosine, so errors do not
  /// pile up. Both arrays have the same count, a power of two.
  static func forward(_ real: inout [Double], _ imaginary: inout [Double]) {
    let count = real.count
    precondition(count == imaginary.count && count & (count - 1) == 0, "a power of two")
    guard count > 1 else { return }
    var reversed = 0
    for index in 1..<count {
      var bit = count >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      if index < reversed {
        real.swapAt(index, reversed)
        imaginary.swapAt(index, reversed)
      }
    }
    let factors = (0..<count / 2).map { index -> (Double, Double) in
      let angle = -2 * Double.pi * Double(index) / Double(count)
      return (cos(angle), sin(angle))
    }
    var length = 2
    while length <= count {
      let (half, stride) = (length / 2, count / length)
      for begin in Swift.stride(from: 0, to: count, by: length) {
        for offset in 0..<half {
          let (cosine, sine) = factors[offset * stride]
          let (low, high) = (begin + offset, begin + offset + half)
          let r = real[high] * cosine - imaginary[high] * sine
          let i = real[high] * sine + imaginary[high] * cosine
          (real[high], imaginary[high]) = (real[low] - r, imaginary[low] - i)
          (real[low], imaginary[low]) = (real[low] + r, imaginary[low] + i)
        }
      }
      length *= 2
    }
  }
}
