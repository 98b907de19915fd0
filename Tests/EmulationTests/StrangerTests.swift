import Emulation
import Foundation
import Laboratory
import Testing

/// Programs that know nothing of us talk to the emulators through real libusb.
@Suite(.serialized) struct StrangerTests {
  static let models = EmulatedCatalogue.models.map(\.id)

  /// Prints one JSON object on what python-seabreeze makes of the one instrument on the bus.
  static let script = """
    import json, sys, warnings
    warnings.simplefilter("ignore")
    import seabreeze
    seabreeze.use(sys.argv[1])
    from seabreeze.spectrometers import list_devices, Spectrometer
    found = list_devices()
    s = Spectrometer(found[0])
    s.integration_time_micros(int(sys.argv[2]))
    discarded = [s.intensities() for _ in range(2)]
    taken = [s.intensities() for _ in range(5)]
    axis = s.wavelengths()
    out = dict(found=len(found), model=s.model, serial=s.serial_number, pixels=len(axis),
      first=float(axis[0]), last=float(axis[-1]), peak=[int(t.argmax()) for t in taken],
      top=[float(t.max()) for t in taken], low=[float(t[8:15].mean()) for t in taken])
    s.close()
    print(json.dumps(out))
    """

  @Test(arguments: models, ["cseabreeze", "pyseabreeze"])
  func seabreezeTakesSpectra(model: String, backEnd: String) throws {
    guard let python = ProcessInfo.processInfo.environment["GAUGER_PYTHON"] else {
      print("skipped: GAUGER_PYTHON names no python that has seabreeze")
      return
    }
    let bench = try PreloadBench(devices: [
      EmulatedCatalogue.make(EmulatedSetup(model: model, speed: 10))
    ])
    defer { bench.stop() }
    let status = try bench.run([python, "-c", Self.script, backEnd, "100000"])
    #expect(status == 0)
  }
}
