import Foundation
import Instruments
import Laboratory
import Profiles
import Registry
import Testing

/// The checkout that these tests were built from.
let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

func ours() -> ProfileStore {
  ProfileStore.load(
    folders: [checkout.appending(path: "DeviceProfiles").path], drivers: Registry.drivers)
}

private func isKebab(_ text: some StringProtocol) -> Bool {
  text.range(of: "^[a-z0-9]+(-[a-z0-9]+)*$", options: .regularExpression) != nil
}

@Test func everyProfileOfOursIsUsable() {
  let store = ours()
  #expect(store.problems.map(\.failure.what) == [])
  #expect(store.shadowed.isEmpty)
  // Published ids stay for ever; more may come.
  let published: Set = [
    "ocean-optics/adc1000-usb", "ocean-optics/apex", "ocean-optics/flame-nir",
    "ocean-optics/hr2000", "ocean-optics/hr2000plus", "ocean-optics/hr4000", "ocean-optics/jaz",
    "ocean-optics/maya-lsl", "ocean-optics/maya2000", "ocean-optics/maya2000pro",
    "ocean-optics/nirquest256", "ocean-optics/nirquest512", "ocean-optics/qe65000",
    "ocean-optics/torus", "ocean-optics/usb2000", "ocean-optics/usb2000plus",
    "ocean-optics/usb4000", "ocean-optics/usb650",
    "open-stream/instrument", "stanford-research/rga100", "stanford-research/rga200",
    "stanford-research/rga300",
  ]
  #expect(published.isSubset(of: store.profiles.map(\.id)))
}

@Test func profilesLieWhereTheirIdSays() {
  for profile in ours().profiles {
    #expect(profile.file.hasSuffix("/DeviceProfiles/\(profile.id).yaml"))
    #expect(profile.id.split(separator: "/").allSatisfy(isKebab))
    #expect(profile.id.utf8.count <= 40)
  }
}

@Test func noTwoModelsAreRecognisedByTheSameNumbers() {
  var seen: [DeviceProfile.Recognition: String] = [:]
  for profile in ours().profiles {
    for way in profile.recognition {
      #expect(seen[way] == nil, "\(profile.id) and \(seen[way] ?? "")")
      seen[way] = profile.id
    }
  }
}

/// A status above `documented` needs the capture of real hardware that proves it.
@Test func statusIsHonest() throws {
  for profile in ours().profiles where profile.status != .documented {
    let parts = profile.id.split(separator: "/")
    let vendor = parts[0].split(separator: "-").map(\.capitalized).joined()
    let capture = checkout.appending(path: "Tests/\(vendor)Tests/Captures/\(parts[1]).jsonl")
    let head = try String(contentsOf: capture, encoding: .utf8).prefix { $0 != "\n" }
    #expect(head.contains("\"origin\":\"hardware\""), "\(profile.id) claims \(profile.status)")
  }
}

@Test func lampIsSwitchedOnOnlyByModelsThatCanSwitchItOff() {
  for profile in ours().profiles {
    #expect(profile.setting("lamp")?.standard ?? 1 == 1)
    #expect(profile.limits.makeSafeWithin <= .seconds(5))
  }
}

@Test func registryListsTheFoldersOfDrivers() throws {
  let folders = try FileManager.default.contentsOfDirectory(
    at: checkout.appending(path: "Drivers"), includingPropertiesForKeys: nil
  ).map(\.lastPathComponent).filter { $0 != "Registry" && !$0.hasPrefix(".") }.sorted()
  let source = try String(
    contentsOf: checkout.appending(path: "Drivers/Registry/Registry.swift"), encoding: .utf8)
  let imported = source.split(separator: "\n").filter { $0.contains("import ") }
    .compactMap { $0.split(separator: " ").last.map(String.init) }
    .filter { $0 != "Instruments" }.sorted()
  #expect(folders == imported)
  #expect(!folders.isEmpty)
}

@Test func driverIdsAreKebabCaseAndUnique() {
  let ids = Registry.drivers.map(\.id)
  #expect(ids == ["ocean-optics-ooi", "open-stream", "stanford-research-rga"])
  #expect(Set(ids).count == ids.count)
  #expect(ids.allSatisfy(isKebab))
  #expect(ids.allSatisfy { Registry.driver(id: $0)?.id == $0 })
  #expect(Registry.driver(id: "nobody") == nil)
}

@Test func everyDriverHasAProfileAndEveryProfileADriver() {
  let named = Set(ours().profiles.map(\.driver))
  #expect(named == Set(Registry.drivers.map(\.id)))
}

@Test func driversImportInstrumentsAlone() throws {
  let drivers = checkout.appending(path: "Drivers")
  let walk = try #require(FileManager.default.enumerator(atPath: drivers.path))
  var count = 0
  for case let name as String in walk where name.hasSuffix(".swift") {
    guard !name.hasPrefix("Registry/") else { continue }
    let text = try String(contentsOf: drivers.appending(path: name), encoding: .utf8)
    for line in text.split(separator: "\n") where line.contains("import ") {
      guard line.hasPrefix("import ") || line.hasSuffix("import Instruments") else { continue }
      #expect(line.hasSuffix(" Instruments"), "\(name): \(line)")
      count += 1
    }
  }
  #expect(count > 0)
}
