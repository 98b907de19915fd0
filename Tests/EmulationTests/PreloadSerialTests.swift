import Foundation
import Instruments
import Laboratory
import Testing

@testable import Emulation

/// Serial ports of the bench, seen by Python clients of the real libserialport and of pyserial.
@Suite(.serialized) struct PreloadSerialTests {
  /// Calls of libserialport by their names.
  static let libserialport = """
    import ctypes as c, os, sys, time
    lib = c.CDLL("libserialport.so.0")
    for name in ("sp_get_port_name", "sp_get_port_usb_serial", "sp_get_port_usb_product",
        "sp_get_port_usb_manufacturer", "sp_last_error_message"):
      getattr(lib, name).restype = c.c_char_p
    def check(got, wanted):
      if got != wanted:
        print("got", got, "wanted", wanted, file=sys.stderr)
        sys.exit(9)
    def listed():
      ports = c.POINTER(c.c_void_p)()
      check(lib.sp_list_ports(c.byref(ports)), 0)
      out, i = [], 0
      while ports[i]:
        p = c.c_void_p(ports[i])
        v, n, b, a = c.c_int(), c.c_int(), c.c_int(), c.c_int()
        lib.sp_get_port_usb_vid_pid(p, c.byref(v), c.byref(n))
        lib.sp_get_port_usb_bus_address(p, c.byref(b), c.byref(a))
        out.append((lib.sp_get_port_name(p), lib.sp_get_port_transport(p), v.value, n.value,
          b.value, a.value, lib.sp_get_port_usb_serial(p), lib.sp_get_port_usb_product(p),
          lib.sp_get_port_usb_manufacturer(p)))
        i += 1
      lib.sp_free_port_list(ports)
      return sorted(out)
    def opened(name):
      port = c.c_void_p()
      check(lib.sp_get_port_by_name(name, c.byref(port)), 0)
      check(lib.sp_open(port, 3), 0)
      check(lib.sp_set_baudrate(port, 28800), 0)
      check(lib.sp_set_flowcontrol(port, 0), 0)
      return port
    def lines(port):
      s = c.c_int()
      check(lib.sp_get_signals(port, c.byref(s)), 0)
      return s.value
    def ask(port, text):
      lib.sp_blocking_write(port, text, len(text), 2000)
      out, b = b"", c.create_string_buffer(1)
      while not out.endswith(b"\\r"):
        if lib.sp_blocking_read(port, b, 1, 5000) != 1: break
        out += b.raw
      return out

    """

  private func run(_ script: String, on bench: PreloadBench, _ arguments: String...) throws
    -> Int32?
  {
    guard FileManager.default.isExecutableFile(atPath: PreloadBenchTests.python) else {
      print("skipped: there is no \(PreloadBenchTests.python)")
      return nil
    }
    return try bench.run([PreloadBenchTests.python, "-c", Self.libserialport + script] + arguments)
  }

  private func bench(
    _ models: [String], speed: Double = 1000
  ) throws -> (PreloadBench, [EmulatedDevice]) {
    let devices = try models.enumerated().map { place, model in
      try EmulatedCatalogue.make(
        EmulatedSetup(
          model: model, speed: speed,
          serialNumber: EmulatedCatalogue.serialNumber(of: model, place: place)))
    }
    return (try PreloadBench(devices: devices), devices)
  }

  @Test(.timeLimit(.minutes(1))) func libserialportListsAndOpensThePorts() throws {
    let (bench, devices) = try bench([
      "stanford-research/rga200", "ocean-optics/usb4000", "stanford-research/rga300",
    ])
    defer { bench.stop() }
    #expect(bench.ports == ["/dev/ttyUSB0", "/dev/ttyUSB1"])
    #expect(bench.environment["GAUGER_EMULATED_PORT"] == "/dev/ttyUSB0")
    let status = try run(
      """
      check(listed(), [
        (b"/dev/ttyUSB0", 1, 0x403, 0x6001, 9, 2, b"EMU00042", b"RGA200 emulated",
          b"Gauger Emulation"),
        (b"/dev/ttyUSB1", 1, 0x403, 0x6001, 9, 6, b"EMU00044", b"RGA300 emulated",
          b"Gauger Emulation")])
      names = sorted(os.listdir("/dev/serial/by-id"))
      check(names, ["usb-Gauger_Emulation_RGA200_emulated_EMU00042-if00-port0",
        "usb-Gauger_Emulation_RGA300_emulated_EMU00044-if00-port0"])
      check([os.readlink("/dev/serial/by-id/" + n) for n in names], ["../../ttyUSB0", "../../ttyUSB1"])
      check(os.environ["GAUGER_EMULATED_PORT"], "/dev/ttyUSB0")
      p, q = opened(b"/dev/ttyUSB0"), opened(b"/dev/ttyUSB1")
      check(ask(p, b"ID?\\r"), b"SRSRGA200VER0.24SN00042\\n\\r")
      check(ask(q, b"ID?\\r"), b"SRSRGA300VER0.24SN00044\\n\\r")
      for i in range(200): check(ask(p, b"NF?\\r"), b"4\\n\\r")
      lib.sp_close(p)
      # USB models stand beside them.
      check(open("/sys/bus/usb/devices/9-2/idProduct").read(), "1022\\n")
      """, on: bench)
    #expect(status == nil || status == 0)
    #expect(devices[0].framesSent == 0)
  }

  @Test(.timeLimit(.minutes(1))) func modemLinesAndBreakReachTheInstrument() throws {
    let head = RGAHead(
      model: RGAModel.all[1], serialNumber: "00042",
      source: IonSource(.gases(.residualAir), seed: 1), speed: 1000)
    let probe = LineProbe(head: head, seen: Guarded([]))
    let device = EmulatedDevice(probe)
    let bench = try PreloadBench(devices: [device])
    defer { bench.stop() }
    // Signals of libserialport: CTS 1, DSR 2, CD 4, RI 8.
    let status = try run(
      """
      p = opened(b"/dev/ttyUSB0")
      check(lines(p), 3)
      check(lib.sp_set_rts(p, 0), 0)
      lib.sp_blocking_write(p, b"ID?\\r", 4, 2000)
      b = c.create_string_buffer(64)
      check(lib.sp_blocking_read(p, b, 25, 40), 0)
      check(lib.sp_set_rts(p, 1), 0)
      check(lib.sp_blocking_read(p, b, 25, 5000), 25)
      check(lib.sp_set_dtr(p, 0), 0)
      check(lib.sp_start_break(p), 0)
      check(lib.sp_end_break(p), 0)
      check(lib.sp_close(p), 0)
      """, on: bench)
    #expect(status == nil || status == 0)
    guard status != nil else { return }
    for _ in 0..<1000 where probe.seen.withLock({ $0.last }) != "" {
      Thread.sleep(forTimeInterval: 0.005)
    }
    let seen = probe.seen.withLock { $0 }
    // Setting a baud rate writes the lines again, so each state may come more than once.
    let states = seen.enumerated().filter { $0.offset == 0 || $0.element != seen[$0.offset - 1] }
    #expect(states.map(\.element) == ["DTR RTS", "DTR", "DTR RTS", "RTS", "RTS break", "RTS", ""])
  }

  @Test(.timeLimit(.minutes(1))) func unplugIsSeenAndReplugBringsThePortBack() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (bench, _) = try bench(["stanford-research/rga100"], speed: 1)
    defer { bench.stop() }
    Thread.detachNewThread {
      func waitFor(_ name: String) {
        for _ in 0..<6000 where !FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
          Thread.sleep(forTimeInterval: 0.005)
        }
      }
      waitFor("reading")
      bench.unplug(0)
      waitFor("gone")
      try? bench.plug(0)
    }
    let status = try run(
      """
      def say(name): open(sys.argv[1] + "/" + name, "w").close()
      p = opened(b"/dev/ttyUSB0")
      check(ask(p, b"NF7\\rNF?\\r"), b"7\\n\\r")
      lib.sp_blocking_write(p, b"SC\\r", 3, 2000)
      b = c.create_string_buffer(64)
      check(lib.sp_blocking_read(p, b, 64, 5000), 64)
      say("reading")
      for _ in range(4000):
        if lib.sp_blocking_read(p, b, 64, 20) < 0 or lib.sp_input_waiting(p) < 0: break
      check(lib.sp_input_waiting(p) < 0, True)
      s = c.c_int()
      check(lib.sp_get_signals(p, c.byref(s)) < 0, True)
      lib.sp_close(p)
      check(listed(), [])
      check(os.listdir("/dev/serial/by-id"), [])
      say("gone")
      for _ in range(1000):
        if listed(): break
        time.sleep(0.005)
      p = opened(b"/dev/ttyUSB0")
      check(ask(p, b"NF?\\r"), b"4\\n\\r")
      """, on: bench, folder)
    #expect(status == nil || status == 0)
  }

  @Test(.timeLimit(.minutes(1))) func pyserialListsAndOpensThePort() throws {
    guard let python = ProcessInfo.processInfo.environment["GAUGER_PYTHON"] else {
      try #require(
        ProcessInfo.processInfo.environment["GAUGER_STRANGERS"] != "required",
        "GAUGER_PYTHON names no python that has pyserial")
      print("skipped: GAUGER_PYTHON names no python that has pyserial")
      return
    }
    let (bench, devices) = try bench(["stanford-research/rga200"])
    defer { bench.stop() }
    let script = """
      import os, sys, serial, serial.tools.list_ports as l
      found = [(p.device, p.vid, p.pid, p.serial_number, p.product, p.manufacturer, p.location)
        for p in l.comports()]
      assert found == [("/dev/ttyUSB0", 0x403, 0x6001, "EMU00042", "RGA200 emulated",
        "Gauger Emulation", "9-1")], found
      name = "/dev/serial/by-id/" + os.listdir("/dev/serial/by-id")[0]
      for port in (os.environ["GAUGER_EMULATED_PORT"], name):
        with serial.Serial(port, 28800, timeout=5, rtscts=True, exclusive=True) as s:
          assert s.dsr and s.cts and not s.cd
          s.write(b"ID?\\r")
          assert s.read_until(b"\\r") == b"SRSRGA200VER0.24SN00042\\n\\r"
          s.write(b"NF7\\rMF65\\rFL1.0\\r")
          assert s.read_until(b"\\r") == b"0\\n\\r"
          s.write(b"SC2\\r")
          assert len(s.read(2 * 642 * 4)) == 2 * 642 * 4
          s.send_break(0.001)
      """
    #expect(try bench.run([python, "-c", script]) == 0)
    #expect(devices[0].framesSent == 4)
    #expect(devices[0].leftOn == ["filament"])
  }
}

/// A head that notes what it hears of the host's lines.
struct LineProbe: EmulatedModel {
  var head: RGAHead
  let seen: Guarded<[String]>

  var id: String { head.id }
  var serialNumber: String { head.serialNumber }
  var connection: EmulatedConnection { head.connection }
  var framesSent: Int { head.framesSent }

  mutating func receive(_ bytes: [UInt8], on endpoint: UInt8, at now: MonotonicInstant) {
    head.receive(bytes, on: endpoint, at: now)
  }

  mutating func fetch(
    _ endpoint: UInt8, into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int,
    limit: Int, now: MonotonicInstant
  ) -> ReadProgress? {
    head.fetch(endpoint, into: &buffer, at: start, filled: &filled, limit: limit, now: now)
  }

  mutating func restart() { head.restart() }

  func sendsFrames(on endpoint: UInt8) -> Bool { head.sendsFrames(on: endpoint) }

  var energised: [String] { head.energised }

  mutating func hear(_ lines: ModemLines, isBreak: Bool) {
    let names =
      (lines.contains(.dataTerminalReady) ? ["DTR"] : [])
      + (lines.contains(.requestToSend) ? ["RTS"] : []) + (isBreak ? ["break"] : [])
    seen.withLock { $0.append(names.joined(separator: " ")) }
  }
}
