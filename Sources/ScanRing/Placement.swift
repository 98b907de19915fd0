/// Where the next record goes, and a gap record in front of it when one is due.
///
/// Slots never cross the end of the ring: what does not fit in front of it begins behind it, and
/// the rest is filling.
@usableFromInline struct Placement {
  /// The slot of a gap record: header, eight bytes, padding.
  static let gapSize: UInt64 = 128
  /// Kept free at all times, so that a gap record (128), filling in front of it (64) and the cleared
  /// mark behind it (64) still fit when everything else is full.
  @usableFromInline static let reserve: UInt64 = 256

  /// Filling from here to the slot behind it, where there is some.
  private(set) var filling: (index: UInt64, size: UInt64)?
  /// The index of the gap record.
  private(set) var gap: UInt64?
  /// The index of the record.
  private(set) var record: UInt64
  /// The index behind the record.
  private(set) var end: UInt64

  init(from written: UInt64, gapDue: Bool, size: UInt64, capacity: UInt64) {
    (record, end) = (written, written)
    if gapDue { gap = take(Self.gapSize, capacity) }
    if size > 0 { record = take(size, capacity) }
  }

  private mutating func take(_ size: UInt64, _ capacity: UInt64) -> UInt64 {
    let left = capacity - (end & (capacity - 1))
    if left < size {
      filling = (end, left)
      end &+= left
    }
    defer { end &+= size }
    return end
  }

  @inlinable static func slotSize(content: Int) -> UInt64 {
    64 &+ (UInt64(truncatingIfNeeded: content) &+ 63) & ~63
  }

  /// What fits at any index of an empty ring: filling (shorter than the slot), gap, slot, reserve.
  static func largestContent(capacity: UInt64) -> Int {
    Int((capacity - gapSize - reserve) / 2 & ~63) - 64
  }
}
