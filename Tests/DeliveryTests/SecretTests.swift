import Foundation
import Laboratory
import Testing

@testable import Delivery

@Suite struct SecretTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder(inMemory: true) }

  func file(_ text: String, mode: Int) throws -> String {
    try folder.write(text, "secret")
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: folder.path + "/secret")
    return folder.path + "/secret"
  }

  @Test(arguments: [0o644, 0o640, 0o660, 0o604, 0o601, 0o610, 0o777])
  func aSecretThatOthersMayTouchIsRefused(mode: Int) throws {
    let path = try file("long enough", mode: mode)
    let error = #expect(throws: DeliveryError.self) { try Secret.read(path, for: "lims") }
    #expect(error?.failure.code == "destination-secret-unsafe")
    #expect(error?.failure.why.contains("long enough") == false)
  }

  @Test func aSecretIsReadFromAFileOfItsOwnerAlone() throws {
    let secret = try Secret.read(try file("long enough\n", mode: 0o600), for: "lims")
    #expect(secret.bytes == Array("long enough".utf8))
    #expect("\(secret)" == "a secret")
    #expect(try Secret.read(try file("long enough", mode: 0o400), for: "lims").bytes.count == 11)
  }

  @Test func aSecretThatIsNoneIsRefused() throws {
    for text in ["", "short", "seven77\n", String(repeating: "x", count: 4097)] {
      let path = try file(text, mode: 0o600)
      #expect(throws: DeliveryError.self) { try Secret.read(path, for: "lims") }
    }
    #expect(throws: DeliveryError.self) { try Secret.read(folder.path + "/none", for: "lims") }
    #expect(throws: DeliveryError.self) { try Secret.read(folder.path, for: "lims") }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: try file("long enough", mode: 0o600))
    #expect(throws: DeliveryError.self) { try Secret.read(folder.path + "/link", for: "lims") }
  }
}
