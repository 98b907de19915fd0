public import Instruments

/// Writes the udev rules by which the system recognises the models of the profiles.
///
/// Rights are not given here but in `udev/61-gauger-access.rules`, which is policy and kept by
/// hand.
public enum UdevRules {
  /// The whole file `udev/60-gauger.rules`, the same text for the same profiles in any order.
  ///
  /// A model on a serial line has no numbers of its own, only those of whatever converter it hangs
  /// on: it gets no rule.
  public static func text(for profiles: [DeviceProfile]) -> String {
    var text = head
    for profile in profiles.sorted(by: { $0.id < $1.id }) where profile.hasNumbers {
      let model = profile.id.split(separator: "/").last.map(String.init) ?? profile.id
      text += "\n# \(printable(profile.maker)) \(printable(profile.name)) (\(profile.id))\n"
      for case .usb(let vendor, let product) in profile.recognition {
        let match =
          "ATTR{idVendor}==\"\(hex(vendor))\", ATTR{idProduct}==\"\(hex(product))\""
        text += "\(match), ENV{GAUGER}=\"1\", ENV{GAUGER_MODEL}=\"\(model)\"\n"
      }
    }
    return text + tail
  }

  /// Names come from site files: nothing but plain characters may reach a comment line.
  private static func printable(_ name: String) -> String {
    String(
      String.UnicodeScalarView(
        name.unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }))
  }

  private static func hex(_ number: UInt16) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }

  private static let head = """
    # Generated from DeviceProfiles by Gauger; do not edit, a test compares.
    #
    # Marks the instruments that Gauger drives. Who may open them is said in
    # 61-gauger-access.rules. Comes after 50-udev-default.rules, which sets ID_SERIAL_SHORT.
    #
    # Both "add" and "bind" are matched: what one event sets is forgotten at the next.
    # The subsystem is "usb"; the name "usb_device" in older rules matches nothing any more.
    #
    # brltty: its rules (85- or 90-brltty*) set BRLTTY_BRAILLE_DRIVER later than this file, by a
    # table of USB numbers of their own, so nothing set here could hold them off. No number below
    # stands in that table.

    ACTION!="add|bind|change", GOTO="gauger_end"
    SUBSYSTEM!="usb", GOTO="gauger_end"
    ENV{DEVTYPE}!="usb_device", GOTO="gauger_end"

    """

  private static let tail = """

    ENV{GAUGER}!="1", GOTO="gauger_end"

    # ModemManager must not speak to an instrument.
    ENV{ID_MM_DEVICE_IGNORE}="1"

    # No autosuspend: an instrument that falls asleep loses its settings.
    TEST=="power/control", ATTR{power/control}="on"

    # /dev/gauger/<model>-<serial>; older models tell USB no serial number: by the port then.
    ENV{ID_SERIAL_SHORT}=="?*", SYMLINK+="gauger/$env{GAUGER_MODEL}-$env{ID_SERIAL_SHORT}"
    ENV{ID_SERIAL_SHORT}!="?*", SYMLINK+="gauger/$env{GAUGER_MODEL}-at-$kernel"

    LABEL="gauger_end"

    """
}

extension DeviceProfile {
  /// Whether the model is recognised by USB numbers.
  fileprivate var hasNumbers: Bool {
    recognition.contains { if case .usb = $0 { true } else { false } }
  }
}
