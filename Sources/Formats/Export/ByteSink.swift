public import Laboratory

/// Where a writer puts its bytes: a file in the making, which nobody sees before it is whole.
///
/// One thread at a time. Places may be written in any order and more than once; what was never
/// written between others is zero.
public protocol ByteSink: AnyObject {
  /// Writes bytes from a place on, counted from 0; throws what the disk refuses.
  func write(_ bytes: [UInt8], at place: Int) throws(Failure)
}

/// Where a reader gets bytes of a finished file, piece by piece.
///
/// One thread at a time.
public protocol ByteSource: AnyObject {
  /// How many bytes there are.
  var size: Int { get }
  /// The bytes from a place on, fewer only where the file ends before.
  ///
  /// Throws what the disk refuses.
  func read(at place: Int, count: Int) throws(Failure) -> [UInt8]
}

extension ByteSource {
  /// The whole file; refused where it is larger than `limit` bytes.
  public func whole(limit: Int = MeasurementReader.largestFile) throws(Failure) -> [UInt8] {
    guard size <= limit else {
      throw FormatError(.table, .tooLarge, "\(size) bytes, \(limit) are read").failure
    }
    return try read(at: 0, count: size)
  }
}

/// A file in memory, for small files and tests.
public final class MemoryFile: ByteSink, ByteSource {
  /// The content.
  public private(set) var bytes: [UInt8]

  /// Makes a file; empty where nothing is given.
  public init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  /// How many bytes there are.
  public var size: Int { bytes.count }

  /// Writes bytes from a place on; never throws.
  public func write(_ new: [UInt8], at place: Int) throws(Failure) {
    precondition(place >= 0, "places count from 0")
    if place == bytes.count {
      bytes += new
      return
    }
    if bytes.count < place + new.count {
      bytes += [UInt8](repeating: 0, count: place + new.count - bytes.count)
    }
    bytes.replaceSubrange(place..<place + new.count, with: new)
  }

  /// The bytes from a place on; never throws.
  public func read(at place: Int, count: Int) throws(Failure) -> [UInt8] {
    guard place < bytes.count, count > 0 else { return [] }
    return Array(bytes[place..<place + min(count, bytes.count - place)])
  }
}
