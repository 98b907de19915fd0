/// The facts of one model, as read from its YAML file under `DeviceProfiles/`.
///
/// A driver holds behaviour, a profile holds numbers; both are needed to talk to an instrument.
public struct DeviceProfile: Sendable {
  /// How far the driving of a model was proven; said to people, never rounded up.
  public enum Status: String, Sendable, Codable, CaseIterable {
    /// Written from documents only.
    case documented
    /// Recorded traffic of a real unit is replayed in the tests.
    case replayed
    /// Seen working by a person on a real unit.
    case bench
  }

  /// The lasting id: vendor folder, slash, model (`ocean-optics/usb2000plus`).
  public var id: String
  /// The name on the box.
  public var name: String
  /// The maker's name.
  public var maker: String
  /// The id of the driver that speaks this model's protocol (`ocean-optics-ooi`).
  public var driver: String
  /// What is measured: `raman`, `uv-vis`, ...; the first is the usual one.
  public var techniques: [String]
  /// How far this was proven.
  public var status: Status
  /// How the computer recognises the model.
  public var recognition: [Recognition]
  /// How bytes travel to and from it.
  public var link: LinkFacts
  /// The settings it knows, in the order of the file.
  public var settings: [SettingRule]
  /// Bounds that the acquisition keeps.
  public var limits: Limits
  /// What the driver alone understands; it decodes them into its own type.
  public var facts: FactTree
  /// The whole text of the file, kept with every run.
  public var text: String
  /// Where the text came from, for messages; not kept with runs.
  public var file: String

  /// Makes a profile.
  public init(
    id: String, name: String, maker: String, driver: String, techniques: [String], status: Status,
    recognition: [Recognition], link: LinkFacts, settings: [SettingRule], limits: Limits,
    facts: FactTree, text: String, file: String
  ) {
    self.id = id
    self.name = name
    self.maker = maker
    self.driver = driver
    self.techniques = techniques
    self.status = status
    self.recognition = recognition
    self.link = link
    self.settings = settings
    self.limits = limits
    self.facts = facts
    self.text = text
    self.file = file
  }

  /// How a plugged-in thing is recognised as this model without opening it.
  public enum Recognition: Sendable, Hashable {
    /// A USB device with this vendor and product number.
    case usb(vendor: UInt16, product: UInt16)
    /// Anything on a serial line that answers this question as told.
    ///
    /// Asked only on a line that a person named, or on request: what is on a line nobody knows.
    case serial(SerialQuestion)
  }

  /// How bytes travel.
  public enum LinkFacts: Sendable, Hashable {
    /// Over USB.
    case usb(USBFacts)
    /// Over a serial line, or a pseudo-terminal that stands for one.
    case serial(SerialFacts)
  }

  /// What a USB link must know before the driver speaks.
  public struct USBFacts: Sendable, Hashable {
    /// The configuration to select.
    public var configuration: UInt8
    /// The interface to claim.
    public var interface: UInt8
    /// End point addresses by the driver's names for them (`command`, `reply`, `spectrum`).
    public var endpoints: [String: UInt8]
    /// Whether the device is reset when the link closes.
    public var resetsAtClose: Bool

    /// Makes the facts of a USB link.
    public init(
      configuration: UInt8, interface: UInt8, endpoints: [String: UInt8], resetsAtClose: Bool
    ) {
      self.configuration = configuration
      self.interface = interface
      self.endpoints = endpoints
      self.resetsAtClose = resetsAtClose
    }
  }

  /// Bounds that the acquisition keeps.
  public struct Limits: Sendable, Hashable {
    /// The most frames a second that the model can send: the ring is sized for 10 s of it.
    public var peakFramesPerSecond: Double
    /// The longest time that making safe may take.
    public var makeSafeWithin: Duration

    /// Makes bounds.
    public init(peakFramesPerSecond: Double, makeSafeWithin: Duration) {
      self.peakFramesPerSecond = peakFramesPerSecond
      self.makeSafeWithin = makeSafeWithin
    }
  }

  /// The rule of the setting called `name`, if the model has it.
  public func setting(_ name: String) -> SettingRule? { settings.first { $0.name == name } }

  /// The numbers used when nobody says any: the defaults of all settings that have one.
  public var standardSettings: Settings {
    Settings(
      Dictionary(
        settings.compactMap { rule in rule.standard.map { (rule.name, $0) } },
        uniquingKeysWith: { first, _ in first }))
  }
}
