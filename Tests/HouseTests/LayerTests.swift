import Foundation
import Testing

/// The layers, which the compiler does not see for modules from outside the package.
@Suite struct LayerTests {
  /// The rooms in their order: an import goes only to a room further up.
  static let order = [
    "CLibUSB", "CLibUdev", "CSerialPort", "Instruments", "Laboratory", "ScanRing", "Journal",
    "Links", "YAMLText", "Profiles", "Acquisition", "Processing", "Methods", "Formats", "Records",
    "Delivery",
    "Bench",
    "Console", "gauger", "Emulation",
  ]

  /// The vendor folders, as the disk has them.
  static let drivers: Set<String> = {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: Checkout.root.path + "/Drivers")
    return Set(names ?? []).subtracting(["Registry"])
  }()

  @Test func everyRoomHasItsPlaceInTheOrder() throws {
    for room in Set(try Checkout.swiftFiles(in: "Sources").map(\.room)) {
      #expect(Self.order.contains(room), "\(room) has no place in LayerTests.order")
    }
  }

  @Test func importsGoUpwardsOnly() throws {
    for file in try Checkout.swiftFiles(in: "Sources") {
      for module in file.imports {
        #expect(Self.objection(to: module, in: file.room) == nil, "\(file.path) imports \(module)")
      }
    }
  }

  @Test func aDriverImportsInstrumentsAlone() throws {
    for file in try Checkout.swiftFiles(in: "Drivers") where file.room != "Registry" {
      for module in file.imports {
        #expect(module == "Instruments", "\(file.path) imports \(module)")
      }
    }
  }

  @Test func theRegistryImportsInstrumentsAndDriversAlone() throws {
    for file in try Checkout.swiftFiles(in: "Drivers") where file.room == "Registry" {
      for module in file.imports {
        #expect(
          module == "Instruments" || Self.drivers.contains(module),
          "\(file.path) imports \(module)")
      }
    }
  }

  @Test func emulationKnowsNeitherDriversNorProfiles() throws {
    for file in try Checkout.swiftFiles(in: "Sources") where file.room == "Emulation" {
      for module in file.imports {
        #expect(
          !Self.drivers.contains(module) && module != "Profiles", "\(file.path) imports \(module)")
      }
      #expect(
        !file.lines.contains { $0.contains("DeviceProfiles/") }, "\(file.path) names profiles")
    }
  }

  @Test func theRulesSeeWhatTheyForbid() {
    #expect(Self.objection(to: "Bench", in: "Delivery") != nil)
    #expect(Self.objection(to: "Emulation", in: "Bench") != nil)
    #expect(Self.objection(to: "Emulation", in: "gauger") == nil)
    #expect(Self.objection(to: "CLibUSB", in: "Links") == nil)
    #expect(Self.objection(to: "CLibUSB", in: "Bench") != nil)
    #expect(Self.objection(to: "Journal", in: "Delivery") == nil)
    #expect(Self.objection(to: "OceanOptics", in: "Acquisition") != nil)
    #expect(Self.objection(to: "Registry", in: "Acquisition") != nil)
    #expect(Self.objection(to: "Registry", in: "Bench") == nil)
    #expect(importedModule("public import Instruments") == "Instruments")
    #expect(importedModule("@testable import Delivery") == "Delivery")
    #expect(importedModule("internal import struct Foundation.Data") == "Foundation")
    #expect(importedModule("let important = 1") == nil)
    #expect(
      blanked(["a // import B", "x = \"try!\" + y", "\"\"\"", "try!", "\"\"\" z"]) == [
        "a ", "x = \"\" + y", "", "", " z",
      ])
  }

  /// Why a room may not import a module; nil where it may.
  private static func objection(to module: String, in room: String) -> String? {
    if module.hasPrefix("CLib") || module == "CSerialPort" {
      return room == "Links" ? nil : "only Links talks to the C device libraries"
    }
    if module == "Emulation" {
      return room == "gauger" ? nil : "only gauger and tests know the emulators"
    }
    if module == "Registry" {
      return room == "Bench" || room == "gauger" ? nil : "only Bench chooses drivers"
    }
    if drivers.contains(module) { return "only the registry knows drivers" }
    guard let place = order.firstIndex(of: module), let ours = order.firstIndex(of: room) else {
      return nil  // a module from outside the package
    }
    return place < ours ? nil : "it stands further down"
  }
}
