import Foundation
import Instruments
import Laboratory
import Profiles
import Testing

/// A folder of its own for one test, removed with it.
final class Folder {
  let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path

  init(_ files: [String: String] = [:]) throws {
    for (name, text) in files { try write(name, text) }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func write(_ name: String, _ text: String) throws {
    let file = URL(filePath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

private func profile(_ id: String, name: String = "X") -> String {
  right.replacing("acme/s-1", with: id).replacing("name: S 1", with: "name: \(name)")
}

@Test func firstFolderServesAnIdAndLaterOnesAreShadowed() throws {
  let site = try Folder(["a.yaml": profile("acme/one", name: "Site")])
  let house = try Folder([
    "acme/one.yaml": profile("acme/one", name: "House"), "acme/two.yaml": profile("acme/two"),
  ])
  let store = ProfileStore.load(folders: [site.path, house.path])
  #expect(store.profiles.map(\.id) == ["acme/one", "acme/two"])
  #expect(store.profile(id: "acme/one")?.name == "Site")
  #expect(store.profile(id: "acme/three") == nil)
  #expect(store.shadowed.map(\.id) == ["acme/one"])
  #expect(store.shadowed.map(\.file) == ["\(house.path)/acme/one.yaml"])
  #expect(store.shadowed.map(\.usedFile) == ["\(site.path)/a.yaml"])
  #expect(store.problems.isEmpty)
}

@Test func oneBadFileDoesNotHideTheOthers() throws {
  let folder = try Folder([
    "a.yaml": "a: [", "b.yaml": profile("acme/b"), "c.yaml": profile("acme/c"), "d.txt": "no",
    "e.yaml": profile("acme/b"),
  ])
  try Data([0xFF, 0xFE, 0x80]).write(to: URL(filePath: "\(folder.path)/f.yaml"))
  let store = ProfileStore.load(folders: [folder.path])
  #expect(store.profiles.map(\.id) == ["acme/b", "acme/c"])
  #expect(store.problems.map(\.code) == [.syntax, .duplicateID, .unreadable])
  #expect(store.problems.map(\.file) == ["a", "e", "f"].map { "\(folder.path)/\($0).yaml" })
}

@Test func folderThatIsNotThereIsAProblem() throws {
  let folder = try Folder(["b.yaml": profile("acme/b")])
  let store = ProfileStore.load(folders: ["/nowhere/at/all", folder.path])
  #expect(store.profiles.map(\.id) == ["acme/b"])
  #expect(store.problems.map(\.failure.code) == ["profile-unreadable"])
}

@Test func onlyFilesAreReadAndLargeOnesAreNot() throws {
  let folder = try Folder(["b.yaml": profile("acme/b")])
  try FileManager.default.createDirectory(
    atPath: "\(folder.path)/c.yaml", withIntermediateDirectories: true)
  try FileManager.default.createSymbolicLink(
    atPath: "\(folder.path)/d.yaml", withDestinationPath: "/dev/zero")
  try FileManager.default.createSymbolicLink(
    atPath: "\(folder.path)/loop.yaml", withDestinationPath: "loop.yaml")
  try folder.write("e.yaml", String(repeating: "#", count: 2 << 20))
  let store = ProfileStore.load(folders: [folder.path])
  #expect(store.profiles.map(\.id) == ["acme/b"])
  #expect(store.problems.map(\.code) == [.tooLarge])
}

@Test func modelsAreFoundByTheirUSBNumbers() {
  let store = ours()
  #expect(store.matching(vendor: 0x2457, product: 0x101E).map(\.id) == ["ocean-optics/usb2000plus"])
  #expect(store.matching(vendor: 0x2457, product: 0x1022).map(\.id) == ["ocean-optics/usb4000"])
  #expect(store.matching(vendor: 0x2457, product: 0x4242).isEmpty)
  #expect(store.matching(vendor: 0x2458, product: 0x101E).isEmpty)
}

@Test func foldersAreSearchedInTheirOrder() throws {
  let root = try Folder([
    "home/profiles/x": "", "checkout/DeviceProfiles/x": "", "opt/share/gauger/DeviceProfiles/x": "",
  ])
  func search(_ executable: String, explicit: String? = "/e", home: String? = nil) -> [String] {
    ProfileStore.searchFolders(
      explicit: explicit, environment: ["GAUGER_PROFILES": "/one:/two"], executable: executable,
      home: home
    ).filter { !$0.hasPrefix("/usr/") }
  }
  let checkout = "\(root.path)/checkout/.build/x86_64/debug/gauger"
  #expect(
    search(checkout, home: "\(root.path)/home")
      == [
        "/e", "/one", "/two", "\(root.path)/home/profiles", "\(root.path)/checkout/DeviceProfiles",
      ])
  #expect(
    search("\(root.path)/opt/bin/gauger", explicit: nil)
      == ["/one", "/two", "\(root.path)/opt/share/gauger/DeviceProfiles"])
  #expect(search("gauger", explicit: nil) == ["/one", "/two"])
}

@Test func usualFoldersThatAreNotThereAreLeftOut() {
  let found = ProfileStore.searchFolders(
    explicit: nil, environment: [:], executable: "/nowhere/bin/gauger", home: "/nowhere/home")
  #expect(!found.contains { $0.hasPrefix("/nowhere") })
}
