import Foundation
import Laboratory
import Testing

@testable import Emulation

extension Tag {
  /// Takes longer than a few seconds.
  @Tag static var slow: Self
}

/// The bench seen by a small Python client of the real libusb: standard library and `ctypes` only.
@Suite(.serialized) struct PreloadBenchTests {
  static let python = "/usr/bin/python3"

  /// Calls of libusb by their names; `usb` holds what the scripts share.
  static let prelude = """
    import ctypes as c, os, sys, time
    lib = c.CDLL("libusb-1.0.so.0")
    lib.libusb_open_device_with_vid_pid.restype = c.c_void_p
    lib.libusb_get_device_list.restype = c.c_ssize_t
    context = c.c_void_p()
    assert lib.libusb_init(c.byref(context)) == 0
    def found():
      listed = c.POINTER(c.c_void_p)()
      count = lib.libusb_get_device_list(context, c.byref(listed))
      out = []
      for i in range(count):
        d = (c.c_uint8 * 18)()
        lib.libusb_get_device_descriptor(c.c_void_p(listed[i]), d)
        speed = lib.libusb_get_device_speed(c.c_void_p(listed[i]))
        out.append((d[8] | d[9] << 8, d[10] | d[11] << 8, speed))
      lib.libusb_free_device_list(listed, 1)
      return sorted(out)
    def opened(product=0x101e):
      return c.c_void_p(lib.libusb_open_device_with_vid_pid(context, 0x2457, product))
    def bulk(handle, endpoint, data, timeout=5000):
      buffer = (c.c_uint8 * max(1, data if isinstance(data, int) else len(data)))()
      size = data if isinstance(data, int) else len(data)
      if not isinstance(data, int): buffer[:] = data
      got = c.c_int()
      code = lib.libusb_bulk_transfer(handle, endpoint, buffer, size, c.byref(got), timeout)
      return code, bytes(buffer[:got.value])
    def check(got, wanted):
      if got != wanted:
        print("got", got, "wanted", wanted, file=sys.stderr)
        sys.exit(9)

    """

  /// Runs a script on the bench in a folder of its own; nil where there is no Python.
  private func run(
    _ script: String, on bench: PreloadBench, folder: String = ""
  ) throws -> Int32? {
    guard FileManager.default.isExecutableFile(atPath: Self.python) else {
      print("skipped: there is no \(Self.python)")
      return nil
    }
    return try bench.run([Self.python, "-c", Self.prelude + script, folder])
  }

  private func bench(_ models: [String], speed: Double = 100) throws -> (
    PreloadBench, [EmulatedDevice]
  ) {
    let devices = try models.enumerated().map { index, model in
      try EmulatedCatalogue.make(
        EmulatedSetup(model: model, speed: speed, serialNumber: "EMU0004\(index)"))
    }
    return (try PreloadBench(devices: devices), devices)
  }

  @Test func allModelsStandOnOneBus() throws {
    let (bench, _) = try bench(EmulatedCatalogue.usbModels)
    defer { bench.stop() }
    let status = try run(
      """
      slow = [0x1002, 0x1004, 0x100a, 0x1014]
      fast = [0x1012, 0x1016, 0x1018, 0x101e, 0x1022, 0x1026, 0x1028, 0x102a, 0x102c, 0x1040,
        0x1044, 0x1046, 0x104b, 0x2000]
      check(found(), sorted([(0x2457, p, 2) for p in slow] + [(0x2457, p, 3) for p in fast]))
      order = [0x101e, 0x1022, 0x1002, 0x1012, 0x100a, 0x1014, 0x1004, 0x1016, 0x1018, 0x1026,
        0x1028, 0x102a, 0x102c, 0x1040, 0x1044, 0x1046, 0x104b, 0x2000]
      for place, product in enumerate(order):
        reply, serial = 0x87 if product in slow else 0x81, b"EMU0004%d" % place
        h = opened(product)
        check(lib.libusb_kernel_driver_active(h, 0), 0)
        check(lib.libusb_claim_interface(h, 0), 0)
        text = (c.c_uint8 * 64)()
        size = lib.libusb_get_string_descriptor_ascii(h, 1, text, 64)
        check(bytes(text[:size]), b"Gauger Emulation")
        check(bulk(h, 2 if reply == 0x87 else 1, [5, 0]), (0, b"\\x05\\x00"))
        check(bulk(h, reply, 64)[1][2:2 + len(serial)], serial)
        lib.libusb_close(h)
      """, on: bench)
    #expect(status == nil || status == 0)
  }

  @Test func timeOutsLeaveTheDeviceUsable() throws {
    let (bench, devices) = try bench(["ocean-optics/usb2000plus"])
    defer { bench.stop() }
    let status = try run(
      """
      h = opened()
      check(lib.libusb_claim_interface(h, 0), 0)
      check(bulk(h, 0x82, 4608, 15), (-7, b""))
      for _ in range(50):
        check(bulk(h, 1, [9])[0], 0)
        code, frame = bulk(h, 0x82, 4608)
        check((code, len(frame), frame[-1]), (0, 4097, 0x69))
      bulk(h, 1, [9])
      check(bulk(h, 0x82, 64)[0], -8)
      check(lib.libusb_reset_device(h), 0)
      check(bulk(h, 0x82, 4608, 15), (-7, b""))
      check(lib.libusb_control_transfer(h, 0xC0, 0x33, 0, 0, (c.c_uint8 * 8)(), 8, 1000), -9)
      check(lib.libusb_clear_halt(h, 0x82), 0)
      """, on: bench)
    #expect(status == nil || status == 0)
    if status != nil { #expect(devices[0].framesSent == 50) }
  }

  @Test(.tags(.slow)) func thousandsOfSpectraArriveWhole() throws {
    let (bench, devices) = try bench(["ocean-optics/usb2000plus"], speed: 1e6)
    defer { bench.stop() }
    let status = try run(
      """
      h = opened()
      check(lib.libusb_claim_interface(h, 0), 0)
      start = time.monotonic()
      for _ in range(3000):
        bulk(h, 1, [9])
        code, frame = bulk(h, 0x82, 4608)
        check((code, len(frame), frame[-1]), (0, 4097, 0x69))
      print("%.0f spectra/s" % (3000 / (time.monotonic() - start)))
      """, on: bench)
    #expect(status == nil || status == 0)
    if status != nil { #expect(devices[0].framesSent == 3000) }
  }

  @Test func secondProgramFindsTheDeviceBusy() throws {
    let (bench, _) = try bench(["ocean-optics/usb2000plus"])
    defer { bench.stop() }
    let status = try run(
      """
      a, b = opened(), opened()
      check(lib.libusb_claim_interface(a, 0), 0)
      check(lib.libusb_claim_interface(b, 0), -6)
      check(lib.libusb_release_interface(a, 0), 0)
      check(lib.libusb_claim_interface(b, 0), 0)
      lib.libusb_close(b)
      check(lib.libusb_claim_interface(a, 0), 0)
      """, on: bench)
    #expect(status == nil || status == 0)
  }

  @Test func unplugEndsTransfersAndReplugBringsTheDeviceBack() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (bench, devices) = try bench(
      ["ocean-optics/usb2000plus", "ocean-optics/usb4000"], speed: 1)
    defer { bench.stop() }
    // The client says by files how far it is.
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
      h = opened()
      check(lib.libusb_claim_interface(h, 0), 0)
      check(bulk(h, 1, [2, 0, 0, 0, 10])[0], 0)
      check(bulk(h, 1, [9])[0], 0)
      check(len(bulk(h, 0x82, 4608)[1]), 4097)
      bulk(h, 1, [9])
      say("reading")
      check(bulk(h, 0x82, 4608, 60000)[0], -4)
      check(bulk(h, 1, [9])[0], -4)
      lib.libusb_close(h)
      for _ in range(1000):
        if len(found()) == 1: break
        time.sleep(0.005)
      check(found(), [(0x2457, 0x1022, 3)])
      say("gone")
      for _ in range(1000):
        if len(found()) == 2: break
        time.sleep(0.005)
      h = opened()
      check(lib.libusb_claim_interface(h, 0), 0)
      check(bulk(h, 1, [0xFE])[0], 0)
      check(bulk(h, 0x81, 64)[1][2:6], (100000).to_bytes(4, "little"))
      """, on: bench, folder: folder)
    #expect(status == nil || status == 0)
    if status != nil { #expect(devices[0].framesSent == 1) }
  }

  @Test func exitStatusAndEnvironmentReachTheCommand() throws {
    let (bench, _) = try bench(["ocean-optics/hr4000"])
    #expect(try bench.run(["/bin/sh", "-c", "exit 7"]) == 7)
    #expect(try bench.run(["/bin/sh", "-c", "kill -9 $$"]) == 137)
    #expect(
      try bench.run(["/bin/sh", "-c", "test \"$(cat /sys/bus/usb/devices/9-1/serial)\" = EMU00040"])
        == 0)
    #expect(try bench.run(["/bin/sh", "-c", "test $GAUGER_EMULATION = 1"]) == 0)
    let failure = #expect(throws: Failure.self) { try bench.run(["/nowhere/program"]) }
    #expect(failure?.code == "emulation-command-not-started")
    #expect(throws: Failure.self) { try bench.run([]) }
    #expect(throws: Failure.self) { try bench.plug(1) }
    let root = try #require(bench.environment["UMOCKDEV_DIR"])
    #expect(FileManager.default.fileExists(atPath: root))
    bench.stop()
    bench.stop()
    bench.unplug(0)
    #expect(!FileManager.default.fileExists(atPath: root))
  }

  @Test func forgottenBenchesCleanUp() throws {
    var root = ""
    do {
      let (bench, _) = try bench(["ocean-optics/usb2000"])
      root = try #require(bench.environment["UMOCKDEV_DIR"])
      #expect(FileManager.default.fileExists(atPath: root))
    }
    #expect(!FileManager.default.fileExists(atPath: root))
  }

  @Test func terminationIsPassedOn() throws {
    let (bench, _) = try bench(["ocean-optics/usb2000"])
    defer { bench.stop() }
    // The command asks this process, its parent, to end: the signal comes back to the command.
    let status = try bench.run([
      "/bin/sh", "-c", "trap 'exit 42' TERM; kill -TERM $PPID; while :; do sleep 0.01; done",
    ])
    #expect(status == 42)
  }

  @Test func hashIsLibudevs() {
    // MurmurHash2 with seed 0, computed by a Python program from its description.
    #expect(UEvent.hash("usb") == 0x0577_C5E5)
    #expect(UEvent.hash("usb_device") == 0x27F8_F50C)
    let message = UEvent.message([("SUBSYSTEM", "usb"), ("DEVTYPE", "usb_device")])
    #expect(Array(message[0..<12]) == Array("libudev".utf8) + [0, 0xFE, 0xED, 0xCA, 0xFE])
    #expect(message.count == 40 + "SUBSYSTEM=usb".count + 1 + "DEVTYPE=usb_device".count + 1)
  }
}
