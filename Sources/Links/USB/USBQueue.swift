internal import Instruments

/// The reads of one end point: a ring of transfers, the posted ones in the order of posting.
final class USBQueue {
  let endpoint: USBEndpoint
  private var transfers: [USBTransfer] = []
  private var first = 0
  private(set) var posted = 0

  init(_ endpoint: USBEndpoint) { self.endpoint = endpoint }

  /// A length that a packet more than the leg cannot overflow: a multiple of the packet size.
  func transferLength(for byteCount: Int) -> Int {
    let packets = (byteCount + endpoint.packetSize - 1) / endpoint.packetSize
    return packets * endpoint.packetSize
  }

  /// Makes room for `count` reads of `byteCount` bytes at the same time.
  func reserve(_ count: Int, byteCount: Int) throws(LinkError) {
    let size = transferLength(for: byteCount)
    // The posted ones to the front, so that new ones can be put behind the free ones.
    transfers = Array(transfers[first...] + transfers[..<first])
    first = 0
    for transfer in transfers { transfer.reserve(size) }
    while transfers.count < count { transfers.append(try USBTransfer(capacity: size)) }
  }

  /// The transfer that the next post takes, with room for `size` bytes.
  ///
  /// Allocates only where `reserve` was not asked for as much.
  func next(size: Int) throws(LinkError) -> USBTransfer {
    if posted == transfers.count { try reserve(posted + 1, byteCount: size) }
    let transfer = transfers[(first + posted) % transfers.count]
    if transfer.capacity < size { transfer.reserve(size) }
    return transfer
  }

  /// Counts the transfer that `next` gave as posted.
  func didPost() { posted += 1 }

  /// The read posted first, if any.
  var oldest: USBTransfer? { posted > 0 ? transfers[first] : nil }

  /// The posted read at `index`, the oldest being 0.
  subscript(index: Int) -> USBTransfer { transfers[(first + index) % transfers.count] }

  /// Gives libusb's part of all transfers back, before its context ends.
  func release() { for transfer in transfers { transfer.release() } }

  /// Forgets the read posted first.
  func removeOldest() {
    if transfers[first].isFinished {
      first = (first + 1) % transfers.count
    } else {
      // The kernel would not give it back: it is used no more, and its memory stays.
      abandoned.append(transfers.remove(at: first))
      if first == transfers.count { first = 0 }
    }
    posted -= 1
  }

  /// Transfers that were never given back.
  private(set) var abandoned: [USBTransfer] = []
}
