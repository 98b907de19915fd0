import Foundation
import Instruments
import Profiles
import Testing

/// To write the file anew: `GAUGER_WRITE_GENERATED=1 swift test --filter committedUdevRules`.
@Test func committedUdevRulesAreThoseOfTheProfiles() throws {
  let file = checkout.appending(path: "udev/60-gauger.rules")
  let text = UdevRules.text(for: ours().profiles)
  if ProcessInfo.processInfo.environment["GAUGER_WRITE_GENERATED"] != nil {
    try Data(text.utf8).write(to: file)
  }
  #expect(try String(contentsOf: file, encoding: .utf8) == text)
}

@Test func udevRulesMatchOnAddAndBindOfUsb() {
  let text = UdevRules.text(for: ours().profiles)
  #expect(text.contains("ACTION!=\"add|bind|change\", GOTO=\"gauger_end\""))
  #expect(text.contains("SUBSYSTEM!=\"usb\", GOTO"))
  for (product, model) in [
    ("101e", "usb2000plus"), ("1022", "usb4000"), ("1002", "usb2000"), ("1012", "hr4000"),
  ] {
    let line =
      "ATTR{idVendor}==\"2457\", ATTR{idProduct}==\"\(product)\", ENV{GAUGER}=\"1\", "
      + "ENV{GAUGER_MODEL}=\"\(model)\"\n"
    #expect(text.contains(line))
  }
  #expect(text.contains("ENV{ID_MM_DEVICE_IGNORE}=\"1\""))
  #expect(text.contains("ATTR{power/control}=\"on\""))
}

@Test func udevRulesDoNotDependOnTheOrderOfProfiles() {
  let profiles = ours().profiles
  #expect(UdevRules.text(for: profiles) == UdevRules.text(for: profiles.reversed()))
  #expect(DeviceTable.markdown(for: profiles) == DeviceTable.markdown(for: profiles.reversed()))
}

@Test func namesCannotBreakOutOfARuleComment() {
  var profile = ours().profiles[0]
  profile.name = "X\nRUN+=\"/bin/sh\"\r|"
  let lines = UdevRules.text(for: [profile]).split(whereSeparator: \.isNewline)
  #expect(!lines.contains { $0.hasPrefix("RUN") })
  let rows = DeviceTable.markdown(for: [profile]).split(whereSeparator: \.isNewline)
  #expect(rows.count == 3)
}

@Test func accessRulesComeAfterTheMarkAndBeforeTheSeat() throws {
  let names = try FileManager.default.contentsOfDirectory(
    atPath: checkout.appending(path: "udev").path
  ).sorted()
  #expect(names == ["60-gauger.rules", "61-gauger-access.rules"])
  let text = try String(
    contentsOf: checkout.appending(path: "udev/61-gauger-access.rules"), encoding: .utf8)
  let rules = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
  #expect(
    rules == [
      "SUBSYSTEM==\"usb\", ENV{GAUGER}==\"1\", GROUP=\"gauger\", MODE=\"0660\", TAG+=\"uaccess\"",
      // Adapters may be used by whoever sits at the screen; their group stays what it is.
      "SUBSYSTEM==\"tty\", SUBSYSTEMS==\"usb\", TAG+=\"uaccess\"",
    ])
}

@Test func deviceTableSaysTheStatusOfEveryModel() {
  let rows = DeviceTable.markdown(for: ours().profiles).split(separator: "\n")
  #expect(rows.count == 2 + ours().profiles.count)
  #expect(
    rows.contains(
      "| Ocean Optics USB4000 | `ocean-optics/usb4000` | `2457:1022` | uv-vis, raman "
        + "| `ocean-optics-ooi` | documented: written from documents, never on hardware |"))
}

/// Its converter's numbers are those of any converter; the rules must not claim them.
@Test func aModelOnASerialLineIsInTheTableAndNotInTheRules() {
  let profiles = ours().profiles
  #expect(
    DeviceTable.markdown(for: profiles).contains(
      "| Stanford Research Systems RGA200 | `stanford-research/rga200` | serial "
        + "| residual-gas, mass-spectrometry | `stanford-research-rga` | documented: "))
  #expect(!UdevRules.text(for: profiles).contains("RGA"))
}

/// The converters that brltty's own rules claim for Braille displays; the file says none is here.
@Test func noModelIsRecognisedByANumberThatBrlttyClaims() {
  let claimed: [DeviceProfile.Recognition] = [
    .usb(vendor: 0x0403, product: 0x6001), .usb(vendor: 0x10C4, product: 0xEA60),
    .usb(vendor: 0x10C4, product: 0xEA80), .usb(vendor: 0x1A86, product: 0x7523),
  ]
  for profile in ours().profiles {
    #expect(claimed.allSatisfy { !profile.recognition.contains($0) }, "\(profile.id)")
  }
}
