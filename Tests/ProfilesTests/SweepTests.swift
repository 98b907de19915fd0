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

@Test func everyProfileOfOursIsUsable() {
  let store = ours()
  #expect(store.problems.map(\.failure.what) == [])
  #expect(store.shadowed.isEmpty)
  #expect(
    store.profiles.map(\.id) == [
      "ocean-optics/hr4000", "ocean-optics/usb2000", "ocean-optics/usb2000plus",
      "ocean-optics/usb4000",
    ])
}
