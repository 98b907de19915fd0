internal import Instruments

/// Packs the arrays of mass scans beside the writing of those before them.
///
/// Compression is by far the most of the work. A file's bytes are the same on any machine, as each
/// array is a stream of its own.
struct MzMLScans {
  /// Scans with what their arrays were packed to.
  struct Packed: Sendable {
    /// The intensities as they are stored, before the rounding to 32 bits.
    var scans: [ScanView] = []
    fileprivate var bytes: [UInt8] = []
    fileprivate var ends: [Int] = [0]

    func masses(_ scan: Int) -> ArraySlice<UInt8> { bytes[ends[2 * scan]..<ends[2 * scan + 1]] }

    func intensities(_ scan: Int) -> ArraySlice<UInt8> {
      bytes[ends[2 * scan + 1]..<ends[2 * scan + 2]]
    }
  }

  /// Where the scans go in, and come out packed.
  let lane: Lane<ScanPiece, Packed>

  /// Nil where there is no memory.
  init?(level: Int, _ survey: MzMLSurvey) {
    guard let packer = MzMLPacker(level: level) else { return nil }
    let guarded = Guarded(packer)
    let (scale, isNarrow) = (survey.scale, survey.isNarrow)
    lane = Lane("mzml") { piece in
      guarded.withLock { Self.pack(piece.views, scale, isNarrow, $0) }
    }
  }

  private static func pack(
    _ scans: [ScanView], _ scale: MzMLScale, _ isNarrow: Bool, _ packer: MzMLPacker
  ) -> Packed {
    var packed = Packed(scans: scans)
    packed.bytes.reserveCapacity(scans.reduce(0) { $0 + 12 * $1.massToCharge.count } + 4096)
    for index in scans.indices {
      if scale.factor != nil {
        packed.scans[index].intensity = scale.encode(Array(scans[index].intensity))[...]
      }
      packer.pack(scans[index].massToCharge, asFloat32: false, to: &packed.bytes)
      packed.ends.append(packed.bytes.count)
      packer.pack(packed.scans[index].intensity, asFloat32: isNarrow, to: &packed.bytes)
      packed.ends.append(packed.bytes.count)
    }
    return packed
  }
}
