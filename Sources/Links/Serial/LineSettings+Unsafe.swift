internal import CLinux
internal import Glibc
internal import Instruments

/// Sets a line to carry bytes unchanged, and reads back whether it is so.
///
/// What libserialport leaves undone is mended here: RTS/CTS, which it writes to the wrong place;
/// XON/XOFF, which it leaves as it was; and hanging up at close. Source: libserialport 0.1.1,
/// `set_flow`; observed with its own `sp_get_config`.
struct LineSettings {
  /// How far a port's own speed may be from the asked one: adapters have coarse dividers.
  private static let speedTolerance = 0.025

  let facts: SerialFacts
  /// Pseudo-terminals always carry 8 bits without parity, whatever they were told.
  let isPseudoTerminal: Bool

  /// Sets everything, reads it back, and throws the first setting that was not taken.
  func apply(to descriptor: Int32) throws(LinkError) {
    var line = line_settings()
    // Safe: the structure has the kernel's layout, and is a local.
    guard unsafe ioctl(descriptor, UInt(line_settings_get), &line) == 0 else {
      throw LinkError.serial(errno, doing: "read the line's settings")
    }
    line.input = wantedInput
    line.output = 0
    line.local = 0
    line.control = control(line.control)
    (line.input_speed, line.output_speed) = (UInt32(facts.baud), UInt32(facts.baud))
    // Reads end when one byte is there; without one they say so instead of giving none.
    line.characters.5 = 0
    line.characters.6 = 1
    // The usual characters of XON/XOFF.
    line.characters.8 = 0x11
    line.characters.9 = 0x13
    // Safe: as above.
    guard unsafe ioctl(descriptor, UInt(line_settings_set), &line) == 0 else {
      throw LinkError.serial(errno, doing: "set the line")
    }
    var got = line_settings()
    // Safe: as above.
    guard unsafe ioctl(descriptor, UInt(line_settings_get), &got) == 0 else {
      throw LinkError.serial(errno, doing: "read the line's settings back")
    }
    try compare(got)
  }

  /// Throws the first setting that `got` has otherwise.
  func compare(_ got: line_settings) throws(LinkError) {
    func check(_ setting: String, _ asked: String, _ holds: Bool, _ got: String) throws(LinkError) {
      if !holds { throw .settingRefused(setting: setting, asked: asked, got: got) }
    }
    let speed = Double(got.output_speed)
    try check(
      "speed", "\(facts.baud) baud",
      abs(speed - Double(facts.baud)) <= Self.speedTolerance * Double(facts.baud),
      "\(got.output_speed) baud")
    if !isPseudoTerminal {
      try check(
        "data bits", "\(facts.dataBits)", got.control & UInt32(CSIZE) == size,
        "\(Self.bits(got.control))")
      try check(
        "parity", "\(facts.parity)", got.control & UInt32(PARENB | PARODD) == parity,
        Self.parityName(got.control))
    }
    try check(
      "stop bits", "\(facts.stopBits)", got.control & UInt32(CSTOPB) == stop,
      got.control & UInt32(CSTOPB) == 0 ? "1" : "2")
    let flow = got.input & UInt32(IXON | IXOFF)
    let hardware = got.control & Self.rtsCts
    try check(
      "flow control", facts.flowControl.rawValue,
      flow == wantedInput & UInt32(IXON | IXOFF)
        && hardware == (facts.flowControl == .rtsCts ? Self.rtsCts : 0),
      "\(hardware == 0 ? "no RTS/CTS" : "RTS/CTS"), \(flow == 0 ? "no XON/XOFF" : "XON/XOFF")")
    try check(
      "hang up at close", facts.hangsUpAtClose ? "on" : "off",
      (got.control & UInt32(HUPCL) != 0) == facts.hangsUpAtClose,
      facts.hangsUpAtClose ? "off" : "on")
    let unchanged = UInt32(ISTRIP | INLCR | IGNCR | ICRNL | INPCK)
    try check(
      "bytes", "carried unchanged",
      got.input & unchanged == wantedInput & unchanged && got.output & UInt32(OPOST) == 0
        && got.local & UInt32(ICANON | ECHO | ISIG) == 0, "changed by the system on their way")
  }

  /// CRTSCTS, whose number does not fit the C library's signed constant.
  private static let rtsCts: UInt32 = 0x8000_0000
  /// CBAUD with BOTHER: the speed stands in its own field, as a number.
  private static let (speedMask, speedIsNumber): (UInt32, UInt32) = (0o010017, 0o010000)
  /// CIBAUD: input at the speed of the output.
  private static let inputSpeedMask: UInt32 = 0o010017 << 16

  private var wantedInput: UInt32 {
    var input = UInt32(IGNBRK)
    if facts.flowControl == .xonXoff { input |= UInt32(IXON | IXOFF) }
    return input
  }

  private func control(_ present: UInt32) -> UInt32 {
    var control = present & ~(Self.speedMask | Self.inputSpeedMask | Self.rtsCts)
    // CMSPAR: mark and space parity.
    control &= ~UInt32(CSIZE | PARENB | PARODD | CSTOPB | HUPCL) & ~UInt32(0o10000000000)
    control |= Self.speedIsNumber | size | parity | stop | UInt32(CREAD | CLOCAL)
    if facts.hangsUpAtClose { control |= UInt32(HUPCL) }
    if facts.flowControl == .rtsCts { control |= Self.rtsCts }
    return control
  }

  private var size: UInt32 {
    switch facts.dataBits {
    case 5: UInt32(CS5)
    case 6: UInt32(CS6)
    case 7: UInt32(CS7)
    default: UInt32(CS8)
    }
  }

  private var parity: UInt32 {
    switch facts.parity {
    case .none: 0
    case .even: UInt32(PARENB)
    case .odd: UInt32(PARENB | PARODD)
    }
  }

  private var stop: UInt32 { facts.stopBits == 2 ? UInt32(CSTOPB) : 0 }

  private static func bits(_ control: UInt32) -> Int {
    switch control & UInt32(CSIZE) {
    case UInt32(CS5): 5
    case UInt32(CS6): 6
    case UInt32(CS7): 7
    default: 8
    }
  }

  private static func parityName(_ control: UInt32) -> String {
    guard control & UInt32(PARENB) != 0 else { return "none" }
    return control & UInt32(PARODD) != 0 ? "odd" : "even"
  }
}
