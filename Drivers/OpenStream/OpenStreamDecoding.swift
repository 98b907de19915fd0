internal import Instruments

/// The head of one scan.
///
/// Payload, all numbers little endian:
///
///     RR RR RR RR  FF FF FF FF  NN(8)  TT(8)  CC CC CC CC  DD DD DD DD  data ...
///
/// - RR: the number of the order that started the run
/// - FF: bit 0: a value was saturated
/// - NN: number of the scan from 0; of traces, number of its first point
/// - TT: when it was measured, since the start: UInt64 ticks or Double seconds, as stated
/// - CC: how many points, pairs or values
/// - DD: ticks from one point of a trace to the next, else 0
/// - data: points of traces, each its values in the order of the channels, and before them its own
///   time where times are seconds; pairs of mass and intensity; or the values of a spectrum
struct OpenStreamScan {
  let run: UInt32
  let flags: UInt32
  let number: UInt64
  let time: UInt64
  let count: Int
  let step: UInt32
  /// How many numbers it takes: the points of traces, else 1.
  let places: UInt64

  static let data = OpenStreamWire.headerSize + OpenStreamWire.scanHead

  /// Reads the head of a whole frame; nil where its length is not what it says.
  init?(_ frame: Span<UInt8>, _ capabilities: OpenStreamCapabilities) {
    guard frame.count >= Self.data + OpenStreamWire.checkSize else { return nil }
    func word(_ place: Int) -> UInt32 {
      OpenStreamWire.word(frame, at: OpenStreamWire.headerSize + place)
    }
    func long(_ place: Int) -> UInt64 { UInt64(word(place)) | UInt64(word(place + 4)) << 32 }
    (run, flags, number, time) = (word(0), word(4), long(8), long(16))
    (count, step) = (Int(word(24)), word(28))
    places = capabilities.kind == .traces ? UInt64(count) : 1
    let isWhole = frame.count == Self.data + count * capabilities.stride + OpenStreamWire.checkSize
    let fits =
      switch capabilities.kind {
      case .traces: count >= 1 && count <= capabilities.largestCount
      case .centroids, .profile: count <= capabilities.largestCount
      case .spectrum: count == capabilities.largestCount
      }
    // Numbers that would run over are none that an instrument counts to.
    guard isWhole, fits, number < 1 << 62 else { return nil }
  }

  /// Whether all numbers are finite, times go on and masses do not fall.
  func isPlausible(_ frame: Span<UInt8>, _ capabilities: OpenStreamCapabilities) -> Bool {
    if capabilities.tickRate == nil {
      let seconds = Double(bitPattern: time)
      guard seconds.isFinite, seconds >= 0 else { return false }
    }
    var reader = OpenStreamNumbers(at: Self.data)
    var last = -Double.infinity
    for _ in 0..<count {
      if capabilities.kind == .traces, capabilities.tickRate == nil {
        let seconds = reader.next(.double, of: frame)
        guard seconds.isFinite, seconds >= last else { return false }
        last = seconds
      }
      if let form = capabilities.masses {
        let mass = reader.next(form, of: frame)
        guard mass.isFinite, mass > 0, mass >= last else { return false }
        last = mass
      }
      for channel in capabilities.channels {
        guard (reader.next(capabilities.values, of: frame) * channel.factor).isFinite else {
          return false
        }
      }
    }
    return true
  }
}

/// Where the next number of a frame begins.
struct OpenStreamNumbers {
  private var place: Int

  init(at place: Int) { self.place = place }

  mutating func next(_ form: OpenStreamCapabilities.Form, of bytes: Span<UInt8>) -> Double {
    defer { place += form.size }
    switch form {
    case .double:
      return Double(
        bitPattern: UInt64(OpenStreamWire.word(bytes, at: place))
          | UInt64(OpenStreamWire.word(bytes, at: place + 4)) << 32)
    case .float: return Double(Float(bitPattern: OpenStreamWire.word(bytes, at: place)))
    case .unsigned: return Double(OpenStreamWire.word(bytes, at: place))
    case .short: return Double(UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8)
    case .signed: return Double(Int32(bitPattern: OpenStreamWire.word(bytes, at: place)))
    }
  }
}

/// Turns the frames of a run into numbers, from what was kept with the run.
struct OpenStreamDecoder: Sendable {
  let capabilities: OpenStreamCapabilities
  let layout: SeriesLayout

  init(_ record: InstrumentRecord) throws(DriverError) {
    func block(_ name: String) throws(DriverError) -> [UInt8] {
      guard let block = record.memory.first(where: { $0.name == name }) else {
        throw .unexpectedAnswer(what: "The run's record", detail: "it has no \(name)")
      }
      return block.bytes
    }
    capabilities = try OpenStreamCapabilities(try block(OpenStreamBlock.capabilities))
    var axis: Axis?
    if let kind = capabilities.axis {
      axis = try Self.axis(kind, try block(OpenStreamBlock.axis), capabilities.largestCount)
    }
    let kind: SeriesLayout.Kind =
      switch capabilities.kind {
      case .traces: .traces
      case .centroids: .massCentroids
      case .profile: .massProfile
      case .spectrum: .spectrum
      }
    layout = SeriesLayout(
      kind: kind,
      channels: capabilities.channels.map {
        SeriesLayout.Channel(name: $0.name, unit: Unit($0.unit))
      }, axis: axis, largestCount: capabilities.largestCount)
  }

  private static func axis(
    _ kind: Axis.Kind, _ bytes: [UInt8], _ count: Int
  ) throws(DriverError) -> Axis {
    var fields = OpenStreamFields(bytes, of: "The axis")
    var values: [Double] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try fields.finite("a place")) }
    let pairs = zip(values, values.dropFirst())
    guard pairs.allSatisfy({ $0 < $1 }) || pairs.allSatisfy({ $0 > $1 }) else {
      throw fields.refused("its places neither rise nor fall all the way")
    }
    return Axis(kind: kind, values: values)
  }

  var interpreter: SeriesInterpreter {
    SeriesInterpreter(layout: layout) { [self] (frame, scan) throws(DriverError) in
      try decode(frame, into: &scan)
    }
  }

  private func decode(_ frame: Span<UInt8>, into scan: inout SeriesScan) throws(DriverError) {
    guard OpenStreamWire.isWhole(frame), frame[2] == OpenStreamWire.Reply.scan.rawValue,
      let head = OpenStreamScan(frame, capabilities), head.isPlausible(frame, capabilities)
    else { throw .unexpectedAnswer(what: "A scan", detail: "it is not whole") }
    scan.number = head.number
    scan.isSaturated = head.flags & 1 != 0
    scan.times.removeAll(keepingCapacity: true)
    scan.massToCharge.removeAll(keepingCapacity: true)
    scan.values.removeAll(keepingCapacity: true)
    var reader = OpenStreamNumbers(at: OpenStreamScan.data)
    let isTraces = capabilities.kind == .traces
    if !isTraces { scan.times.append(time(head, 0)) }
    for point in 0..<head.count {
      if isTraces {
        scan.times.append(
          capabilities.tickRate == nil ? reader.next(.double, of: frame) : time(head, UInt64(point))
        )
      }
      if let form = capabilities.masses { scan.massToCharge.append(reader.next(form, of: frame)) }
      for channel in capabilities.channels {
        let value = reader.next(capabilities.values, of: frame)
        scan.values.append(channel.factor == 1 ? value : value * channel.factor)
      }
    }
  }

  /// When a point was measured, in seconds since the start.
  private func time(_ head: OpenStreamScan, _ point: UInt64) -> Double {
    guard let rate = capabilities.tickRate else { return Double(bitPattern: head.time) }
    return Double(head.time &+ point &* UInt64(head.step)) / rate
  }
}
