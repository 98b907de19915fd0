internal import Emulation
internal import Links

/// A capture of wire traffic; what is read is written and read again.
@Sendable func fuzzCapture(_ bytes: [UInt8]) {
  guard let capture = try? Capture(parsing: bytes, name: "fuzz.jsonl") else { return }
  guard let text = try? capture.text() else {
    FuzzTargets.demand(false, "a capture that was read can be written")
    return
  }
  let again = try? Capture(parsing: Array(text.utf8), name: "again.jsonl")
  FuzzTargets.demand(
    again?.events.count == capture.events.count, "a written capture has the same events")
}

/// A recording of another program that an emulator shall play.
@Sendable func fuzzRecording(_ bytes: [UInt8]) {
  _ = try? Recording(file: Scratch.file("recording.txt", bytes))
}
