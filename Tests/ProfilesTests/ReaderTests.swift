import Foundation
import Instruments
import Laboratory
import Profiles
import Registry
import Testing

/// A small profile that is right; each test below breaks it in one place.
let right = """
  schema: 1
  id: acme/s-1
  name: S 1
  maker: Acme
  driver: acme-driver
  techniques: [uv-vis, raman]
  status: documented
  sources:
    manual: "Acme manual, page 3"
    us: "our choice"
  recognition:
    - usb: { vendor: 0x2457, product: 0x101E, source: manual }
  link:
    usb:
      configuration: { value: 1, source: manual }
      interface: { value: 0, source: us }
      endpoints: { command: 0x01, reply: 0x81, source: manual }
      resets_at_close: { value: true, source: [manual, us] }
  settings:
    integration_us:
      unit: us
      minimum: 1000
      maximum: 65535000
      step: 1000
      standard: { value: 100000, source: us }
      scope: instrument
      about: Exposure.
      source: manual
    mode: { unit: "1", minimum: 0, maximum: 3, choices: [0, 1, 3], scope: instrument, about: M, source: us }
  limits:
    peak_frames_per_second: { value: 12.5, source: manual }
    make_safe_within_ms: { value: 1500, source: us }
  facts:
    pixels: { value: 3840, source: manual }
    mark: { value: 0x69, source: manual }
    shape: { kind: linear, ratio: 2.5e-1, on: true, none: null, list: [1, two], source: manual }
    nested:
      source: us
      deep: { value: -3 }

  """

private func read(_ text: String) throws(ProfileError) -> DeviceProfile {
  try ProfileReader.read(text: text, file: "acme.yaml")
}

private func refusal(_ old: String, _ new: String) -> ProfileError? {
  let text = right.replacing(old, with: new)
  #expect(text != right, "'\(old)' is not in the text")
  do {
    _ = try read(text)
    return nil
  } catch {
    return error
  }
}

@Test func everyFieldOfAProfileIsRead() throws {
  let profile = try read(right)
  #expect(profile.id == "acme/s-1")
  #expect(profile.name == "S 1")
  #expect(profile.maker == "Acme")
  #expect(profile.driver == "acme-driver")
  #expect(profile.techniques == ["uv-vis", "raman"])
  #expect(profile.status == .documented)
  #expect(profile.recognition == [.usb(vendor: 0x2457, product: 0x101E)])
  #expect(
    profile.link
      == .usb(
        .init(
          configuration: 1, interface: 0, endpoints: ["command": 1, "reply": 0x81],
          resetsAtClose: true)))
  #expect(profile.settings.map(\.name) == ["integration_us", "mode"])
  #expect(
    profile.settings[0]
      == SettingRule(
        name: "integration_us", unit: .microsecond, minimum: 1000, maximum: 65_535_000, step: 1000,
        standard: 100_000, scope: .instrument, about: "Exposure."))
  #expect(profile.settings[1].choices == [0, 1, 3])
  #expect(profile.settings[1].standard == nil)
  #expect(profile.limits.peakFramesPerSecond == 12.5)
  #expect(profile.limits.makeSafeWithin == .milliseconds(1500))
  #expect(profile.text == right)
  #expect(profile.file == "acme.yaml")
}

@Test func factsComeWithoutTheirSources() throws {
  #expect(
    try read(right).facts
      == .map([
        "pixels": .integer(3840), "mark": .integer(0x69), "nested": .map(["deep": .integer(-3)]),
        "shape": .map([
          "kind": .text("linear"), "ratio": .number(0.25), "on": .bool(true), "none": .null,
          "list": .list([.integer(1), .text("two")]),
        ]),
      ]))
}

@Test func plainWordsMeanWhatTheyLookLike() throws {
  for (word, fact) in [
    ("yes", FactTree.text("yes")), ("off", .text("off")), ("1:30", .text("1:30")),
    ("010", .integer(10)), ("0o17", .text("0o17")), (".inf", .text(".inf")), ("nan", .text("nan")),
    ("\"3840\"", .text("3840")), ("1e3", .number(1000)), ("1e999", .text("1e999")),
    ("0xFFFFFFFFFFFFFFFFFF", .text("0xFFFFFFFFFFFFFFFFFF")), ("+7", .integer(7)),
    ("9223372036854775807", .integer(.max)), ("~", .null), ("2457:101e", .text("2457:101e")),
  ] {
    let text = right.replacing("value: 3840,", with: "value: \(word),")
    guard case .map(let facts) = try read(text).facts else { continue }
    #expect(facts["pixels"] == fact, "\(word)")
  }
}

@Test(arguments: [
  ("pixels: { value: 3840, source: manual }", "pixels: 3840", "facts.pixels has no source", 34),
  (
    "pixels: { value: 3840, source: manual }", "pixels: { value: 3840 }",
    "facts.pixels.value has no source", 34
  ),
  ("value: 1500, source: us", "value: 1500", "limits.make_safe_within_ms.value has no source", 32),
  (
    "product: 0x101E, source: manual", "product: 0x101E",
    "recognition[0].usb.vendor has no source", 12
  ),
  (
    "about: Exposure.\n    source: manual", "about: Exposure.",
    "settings.integration_us.minimum has no source", 22
  ),
])
func constantWithoutSourceIsRefused(old: String, new: String, problem: String, line: Int) {
  let error = refusal(old, new)
  #expect(error?.code == .noSource)
  #expect(error?.problem == problem)
  #expect(error?.line == line)
}

@Test func sourceThatIsNotInTheTableIsRefused() {
  let error = refusal("value: 3840, source: manual", "value: 3840, source: manuel")
  #expect(error?.code == .noSource)
  #expect(error?.failure.next == "Did you mean 'manual'?")
  #expect(error?.line == 34)
  #expect(error?.failure.what.hasPrefix("acme.yaml:34:") == true)
}

@Test(arguments: [
  ("techniques:", "technique:", "technique", "Did you mean 'techniques'?", 6),
  ("interface:", "inteface:", "link.usb.inteface", "Did you mean 'interface'?", 16),
  ("step:", "stepp:", "settings.integration_us.stepp", "Did you mean 'step'?", 24),
  ("vendor:", "vender:", "recognition[0].usb.vender", "Did you mean 'vendor'?", 12),
  (
    "make_safe_within_ms:", "make_safe_within_s:", "limits.make_safe_within_s",
    "Did you mean 'make_safe_within_ms'?", 32
  ),
])
func unknownKeyIsRefusedWithTheNearestKnown(
  old: String, new: String, path: String, next: String, line: Int
) {
  let error = refusal(old, new)
  #expect(error?.code == .unknownKey)
  #expect(error?.problem == "\(path) is not a key that profiles know")
  #expect(error?.next == next)
  #expect(error?.line == line)
  // The place is that of the key: the first column where it stands at the margin.
  #expect(error?.column ?? 0 >= 1)
}

@Test(arguments: [
  "id: acme/s-1\n", "name: S 1\n", "driver: acme-driver\n", "status: documented\n",
  "    resets_at_close: { value: true, source: [manual, us] }\n",
  "  peak_frames_per_second: { value: 12.5, source: manual }\n", "    minimum: 1000\n",
  "    about: Exposure.\n", "schema: 1\n",
])
func missingKeyIsNamed(line: String) {
  let key = line.trimmingCharacters(in: .whitespaces).prefix { $0 != ":" }
  let error = refusal(line, "")
  #expect(error?.code == .missingKey)
  #expect(error?.problem.contains("'\(key)'") == true)
}

@Test(arguments: [
  ("id: acme/s-1", "id: acme/S1"), ("id: acme/s-1", "id: s1"), ("id: acme/s-1", "id: ../x/y"),
  ("id: acme/s-1", "id: acme/-"), ("status: documented", "status: proven"),
  ("driver: acme-driver", "driver: Acme"), ("vendor: 0x2457", "vendor: 0x12457"),
  ("vendor: 0x2457", "vendor: -1"), ("command: 0x01", "command: 0x80"),
  ("command: 0x01", "command: 0x10"), ("value: true", "value: yes"),
  ("maximum: 65535000", "maximum: 1"), ("step: 1000", "step: 0"),
  ("standard: { value: 100000", "standard: { value: 100001"),
  ("standard: { value: 100000", "standard: { value: 1"), ("unit: us", "unit: ms"),
  ("choices: [0, 1, 3]", "choices: [0, 4]"), ("choices: [0, 1, 3]", "choices: []"),
  ("scope: instrument\n", "scope: laser\n"), ("value: 12.5", "value: 0"),
  ("value: 12.5", "value: .inf"), ("value: 1500", "value: 1e9"), ("value: 1500", "value: 60001"),
  ("techniques: [uv-vis, raman]", "techniques: []"),
  ("techniques: [uv-vis, raman]", "techniques: raman"), ("pixels:", "\"Pixel count\":"),
  ("kind: linear", "? [a] : linear"), ("schema: 1", "schema: one"),
])
func badValueIsRefusedWithItsPlace(old: String, new: String) {
  let error = refusal(old, new)
  #expect(error?.code == .badValue, "\(String(describing: error))")
  #expect(error?.line ?? 0 > 0)
}

@Test func laterSchemaIsNotGuessedAt() {
  #expect(refusal("schema: 1", "schema: 2")?.code == .unknownSchema)
}

@Test(arguments: [
  "", "   \n", "a: [1", "a: 'x", "\t- x", "a: 1\na: 2", "--- a\n--- b", "a: \u{0}", "{", "- [", "%",
])
func textThatIsNotYAMLIsRefused(text: String) {
  #expect(throws: ProfileError.self) { try read(text) }
}

@Test func syntaxErrorsNameThePlace() {
  let error = refusal("value: 3840, source: manual }", "value: 3840, source: manual")
  #expect(error?.code == .syntax)
  #expect(error?.line == 35)
  let twice = refusal("  mark:", "  pixels:")
  #expect(twice?.code == .syntax)
  #expect(twice?.problem.contains("pixels") == true)
}

@Test func anchorsAndAliasesAreRefusedBeforeTheyGrow() {
  var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
  for i in 1..<30 {
    bomb += "a\(i): &a\(i) [" + Array(repeating: "*a\(i - 1)", count: 10).joined(separator: ",")
    bomb += "]\n"
  }
  for text in [
    bomb, "a: &b c", "&a b: c", "a: [&x 1, *x]", "? *a\n: b", "- &x a", "\"#\":&a b", "*a", "&a",
    "a: !!str &b c",
  ] {
    do {
      _ = try read(text)
      Issue.record("read: \(text.prefix(40))")
    } catch {
      #expect(error.code == .syntax)
      #expect(error.line == 1)
      #expect(error.problem.contains("anchors"), "\(text.prefix(20)): \(error.problem)")
    }
  }
}

@Test func signsThatAreNoAnchorsAreAllowed() throws {
  #expect(try read(right.replacing("name: S 1", with: "name: R & D * 2")).name == "R & D * 2")
}

@Test func deepNestingIsRefused() {
  for depth in [13, 200, 900, 5000] {
    let flow =
      "a: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let block = String(repeating: "- ", count: depth) + "x"
    for text in [flow, block] {
      #expect(throws: ProfileError.self) { try read(text) }
    }
  }
}

@Test func largeFilesAreRefused() {
  do {
    _ = try read(right + String(repeating: "#", count: 1 << 20))
    Issue.record("read")
  } catch {
    #expect(error.code == .tooLarge)
  }
}

/// Cut anywhere, a profile is refused or, where only spaces or remarks are lost, the same.
@Test func cutProfilesAreRefusedOrWhole() throws {
  let whole = try read(right)
  for count in 0..<right.utf8.count {
    let cut = String(decoding: Array(right.utf8.prefix(count)), as: UTF8.self)
    do {
      let profile = try read(cut)
      #expect(profile.id == whole.id)
      #expect(profile.settings == whole.settings)
    } catch {
      #expect(!error.failure.what.isEmpty)
    }
  }
}

@Test func strayBytesNeverCrashTheReader() {
  var random = SystemRandomNumberGenerator()
  let alphabet = Array(" \n\t:-{}[],\"'#|>%@!?ab01x".utf8)
  for _ in 0..<500 {
    var bytes = Array(right.utf8)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] =
        alphabet.randomElement(
          using: &random) ?? 0x20
    }
    do {
      _ = try read(String(decoding: bytes, as: UTF8.self))
    } catch {
      #expect(ProfileError.Code.allCases.contains(error.code))
    }
  }
}

@Test func unknownDriverIsRefusedWithTheNearestKnown() throws {
  let text = right.replacing("acme-driver", with: "ocean-optics-oi")
  do {
    _ = try ProfileReader.read(text: text, file: "x.yaml", drivers: Registry.drivers)
    Issue.record("read")
  } catch {
    #expect(error.code == .unknownDriver)
    #expect(error.next == "Did you mean 'ocean-optics-ooi'?")
    #expect(error.line == 5)
  }
}

@Test(arguments: [
  ("wire_channels: 2048", "wire_channels: text", "facts.frame.wire_channels must be a whole"),
  ("    wire_channels: 2048\n", "", "facts.frame.wire_channels is missing"),
  ("bytes: 4097 }]\n    full", "bytes: 4096 }]\n    full", "facts.readout.high_speed reads 4096"),
  (
    "endpoint: spectrum, bytes: 4097 }]\n    source",
    "endpoint: spektrum, bytes: 4097 }]\n    source",
    "link.usb.endpoints.spektrum is missing"
  ),
  ("last: 20", "last: 2048", "facts.frame.dark_channels lies outside"),
  ("first: 6", "first: 21", "facts.frame.dark_channels lies outside"),
  ("slots: 31", "slots: 17", "facts.memory.saturation lies outside"),
  ("offset: 4", "offset: 14", "facts.memory.saturation lies outside"),
  ("order_slot: 14", "order_slot: 31", "facts.memory.nonlinearity lies outside"),
  ("layout: linear", "layout: round", "facts.frame.layout "),
  ("end_mark: 0x69", "end_mark: 0x169", "facts.frame.end_mark is 361"),
  ("full_scale: 65535", "full_scale: 0", "facts.frame.full_scale"),
  ("microseconds_per_unit: 1,", "microseconds_per_unit: 7,", "facts.integration"),
  ("  lamp:\n", "  laser:\n", "settings.laser is unknown"),
  ("spectrum: 0x82", "spectrum: 0x02", "link.usb.endpoints.spectrum has the wrong direction"),
  ("settle_ms: { value: 100", "settle_ms: { value: 99999", "facts.waiting and facts.opening"),
])
func factsThatTheDriverCannotUseAreRefused(old: String, new: String, problem: String) throws {
  let file = checkout.appending(path: "DeviceProfiles/ocean-optics/usb2000plus.yaml")
  let good = try String(contentsOf: file, encoding: .utf8)
  let text = good.replacing(old, with: new)
  #expect(text != good)
  do {
    _ = try ProfileReader.read(text: text, file: "x.yaml", drivers: Registry.drivers)
    Issue.record("read")
  } catch {
    #expect(error.code == .unusableFacts)
    #expect(error.problem.hasPrefix(problem), "\(error.problem)")
    #expect(error.line > 0)
  }
}
