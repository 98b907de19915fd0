public import Instruments
internal import YAMLText

/// Reads the YAML text of a device profile and refuses what it cannot vouch for.
///
/// The schema is documented in <doc:ProfileSchema>.
public enum ProfileReader {
  /// The version of the schema that this reader knows.
  public static let schema = 1

  /// Reads one profile.
  ///
  /// With `drivers` the driver must be among them and accept the facts. `file` is for messages.
  public static func read(
    text: String, file: String, drivers: [DriverEntry]? = nil
  ) throws(ProfileError) -> DeviceProfile {
    var document = ProfileText(file: file)
    let root = try document.reading { () throws(YAMLProblem) in
      try YAMLDocument.root(of: text, dialect: ProfileText.dialect)
    }
    document.sources = try sources(
      ProfileValue(text: document, yaml: root, covering: .notNeeded).map())
    let top = try ProfileValue(text: document, yaml: root, covering: .notNeeded).map()

    let version = try top.required("schema").whole(in: 1...1_000_000)
    guard version == schema else {
      throw try top.required("schema").error(
        .unknownSchema, "is \(version), but this program reads \(schema)",
        why: "A later schema may mean something else by the same words.",
        next: "Use a profile of schema \(schema), or a later version of Gauger.")
    }
    try top.refuseUnknown([
      "schema", "id", "name", "maker", "driver", "techniques", "status", "sources", "recognition",
      "link", "settings", "limits", "facts",
    ])
    var marks: [String: YAMLPlace] = [:]
    let profile = DeviceProfile(
      id: try id(top.required("id")), name: try top.required("name").word(),
      maker: try top.required("maker").word(), driver: try kebab(top.required("driver")),
      techniques: try techniques(top.required("techniques")),
      status: try choice(top.required("status")),
      recognition: try recognition(top.required("recognition", .missing)),
      link: try link(top.required("link", .missing)),
      settings: try settings(top.required("settings", .missing).map()),
      limits: try limits(top.required("limits", .missing).map()),
      facts: try top.required("facts", .missing).tree(&marks), text: text, file: file)
    if let drivers { try check(profile, top.required("driver"), marks, drivers) }
    return profile
  }

  private static func check(
    _ profile: DeviceProfile, _ place: ProfileValue, _ marks: [String: YAMLPlace],
    _ drivers: [DriverEntry]
  ) throws(ProfileError) {
    guard let entry = drivers.first(where: { $0.id == profile.driver }) else {
      let known = drivers.map(\.id).sorted()
      throw place.error(
        .unknownDriver, "is '\(profile.driver)', which this program does not have",
        why: "A profile holds numbers; only a driver knows what to say to the instrument.",
        next: Spelling.nearest(to: profile.driver, among: known).map { "Did you mean '\($0)'?" }
          ?? "Known drivers: \(known.joined(separator: ", ")).")
    }
    do {
      try entry.check(profile)
    } catch {
      var detail = "\(error)"
      if case .unusableProfile(let said) = error { detail = said }
      let path = detail.prefix { $0 != " " }
      let mark = marks[String(path)] ?? marks["facts"]
      throw ProfileError(
        .unusableFacts, file: profile.file, line: mark?.line ?? 0, column: mark?.column ?? 0,
        problem: detail, why: "The driver '\(profile.driver)' cannot work without it.",
        next: "Compare with a profile of the same driver.")
    }
  }

  private static func sources(_ top: ProfileMap) throws(ProfileError) -> Set<String> {
    let table = try top.required("sources").map()
    for key in table.keys { _ = try table.required(key).word() }
    return Set(table.keys)
  }

  private static func id(_ value: ProfileValue) throws(ProfileError) -> String {
    let id = try value.word()
    let parts = id.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy(Spelling.isKebab) else {
      throw value.badValue("is '\(id)'; it must be vendor/model in lower-case kebab-case")
    }
    return id
  }

  private static func kebab(_ value: ProfileValue) throws(ProfileError) -> String {
    let word = try value.word()
    guard Spelling.isKebab(word) else {
      throw value.badValue("is '\(word)'; it must be lower-case kebab-case")
    }
    return word
  }

  static func choice<T: RawRepresentable & CaseIterable>(
    _ value: ProfileValue
  ) throws(ProfileError) -> T where T.RawValue == String {
    let word = try value.word()
    guard let choice = T(rawValue: word) else {
      let all = T.allCases.map(\.rawValue).joined(separator: ", ")
      throw value.badValue("is '\(word)'; it must be one of \(all)")
    }
    return choice
  }

  private static func techniques(_ value: ProfileValue) throws(ProfileError) -> [String] {
    var techniques: [String] = []
    for item in try value.list() { techniques.append(try kebab(item)) }
    guard !techniques.isEmpty else { throw value.badValue("must name at least one technique") }
    return techniques
  }

  private static func recognition(
    _ value: ProfileValue
  ) throws(ProfileError) -> [DeviceProfile.Recognition] {
    var ways: [DeviceProfile.Recognition] = []
    for item in try value.list() {
      let way = try item.map()
      try way.refuseUnknown(["usb", "serial"])
      if let serial = way.value("serial") {
        ways.append(.serial(try question(serial.map())))
        continue
      }
      let usb = try way.required("usb").map()
      try usb.refuseUnknown(["vendor", "product"])
      ways.append(
        .usb(
          vendor: UInt16(try usb.required("vendor").whole(in: 0...0xFFFF)),
          product: UInt16(try usb.required("product").whole(in: 0...0xFFFF))))
    }
    guard !ways.isEmpty else { throw value.badValue("must have at least one way") }
    return ways
  }

  private static func link(_ value: ProfileValue) throws(ProfileError) -> DeviceProfile.LinkFacts {
    let link = try value.map()
    try link.refuseUnknown(["usb", "serial"])
    if let serial = link.value("serial") { return .serial(try self.serial(serial.map())) }
    let usb = try link.required("usb").map()
    try usb.refuseUnknown(["configuration", "interface", "endpoints", "resets_at_close"])
    let table = try usb.required("endpoints").map()
    var endpoints: [String: UInt8] = [:]
    for key in table.keys {
      let place = try table.required(key)
      let address = try place.whole(in: 1...0x8F)
      guard Spelling.isSnake(key), (1...15).contains(address & 0x7F) else {
        throw place.badValue("must be an end point address, 0x01 to 0x0F or 0x81 to 0x8F")
      }
      endpoints[key] = UInt8(address)
    }
    return .usb(
      DeviceProfile.USBFacts(
        configuration: UInt8(try usb.required("configuration").whole(in: 1...255)),
        interface: UInt8(try usb.required("interface").whole(in: 0...255)), endpoints: endpoints,
        resetsAtClose: try usb.required("resets_at_close").truth()))
  }

  private static func limits(_ map: ProfileMap) throws(ProfileError) -> DeviceProfile.Limits {
    try map.refuseUnknown(["peak_frames_per_second", "make_safe_within_ms"])
    let peak = try map.required("peak_frames_per_second")
    let rate = try peak.number()
    guard rate > 0, rate <= 1e6 else {
      throw peak.badValue("must be above 0 and at most 1000000")
    }
    let within = try map.required("make_safe_within_ms").whole(in: 1...60_000)
    return .init(peakFramesPerSecond: rate, makeSafeWithin: .milliseconds(within))
  }
}
