internal import Foundation
internal import Instruments

/// Serves one emulated instrument at a pseudo-terminal with a thread of its own.
///
/// Bytes come at the instrument's pace. While nobody has the port open the instrument holds what it
/// has to say, as its handshake makes it do. Ends for good when the instrument is unplugged.
final class SerialPortServer: Sendable {
  let device: EmulatedDevice
  let path: String
  private let terminal: PseudoTerminal
  private let waker: Posix.Waker
  private let isStopped = Guarded(false)
  private let isHeld = Guarded(false)
  private let isEnded = Guarded(false)

  init(_ device: EmulatedDevice) throws(Posix.Refusal) {
    self.device = device
    terminal = try PseudoTerminal()
    path = terminal.path
    do {
      waker = try Posix.Waker()
    } catch {
      terminal.end()
      throw error
    }
    device.onChange { [weak self] in self?.wake() }
  }

  /// Starts the thread; it keeps the server alive until `stop` or the unplug.
  func start() { Thread.detachNewThread { [self] in serve() } }

  /// Unplugs the port; idempotent, and returns at once.
  func stop() {
    isStopped.withLock { $0 = true }
    wake()
  }

  /// Holds the instrument's bytes back, or lets them come: what a host does by its RTS line.
  func hold(_ held: Bool) {
    isHeld.withLock { $0 = held }
    wake()
  }

  private func wake() {
    // The thread closes the waker under the same lock, at its end.
    isEnded.withLock { if !$0 { waker.wake() } }
  }

  private func serve() {
    var users = 0
    var waiting: ArraySlice<UInt8> = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    var due = MonotonicInstant.never
    while !isStopped.withLock({ $0 }), device.isPlugged {
      let ready = Posix.wait(
        on: [waker.reading, terminal.master, terminal.watch],
        timeout: due == .never ? nil : due.remaining)
      if ready.contains(waker.reading) { waker.clear() }
      let change = terminal.changeOfUsers()
      users = max(0, users + (change ?? 0))
      if let change, change < 0, users == 0 {
        waiting = []
        terminal.tidy()
        device.letGo()
      }
      if ready.contains(terminal.master) {
        let bytes = terminal.receive()
        // The kernel may tell of two openings as of one; who writes has it open.
        users = max(users, 1)
        do {
          if !bytes.isEmpty { try device.send(bytes.span, to: 0) }
        } catch {
          break
        }
      }
      due = .never
      guard users > 0 || change == nil, !isHeld.withLock({ $0 }) else { continue }
      do {
        due = try pump(&buffer, &waiting)
      } catch {
        break
      }
    }
    terminal.end()
    isEnded.withLock { ended in
      ended = true
      waker.close()
    }
  }

  /// Passes on what the instrument has; returns when there will be more.
  private func pump(
    _ buffer: inout [UInt8], _ waiting: inout ArraySlice<UInt8>
  ) throws(LinkError) -> MonotonicInstant {
    while true {
      if !waiting.isEmpty {
        waiting = waiting.dropFirst(terminal.send(waiting))
        // The user does not read: its room is looked at again.
        guard waiting.isEmpty else { return .now.advanced(by: .milliseconds(2)) }
      }
      var filled = 0
      let leg = Leg(endpoint: 0, byteCount: buffer.count)
      var span = buffer.mutableSpan
      let next = try device.fetch(leg, into: &span, at: 0, filled: &filled)
      waiting = buffer[..<filled]
      if waiting.isEmpty { return next ?? .never }
    }
  }
}
