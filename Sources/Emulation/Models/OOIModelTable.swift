extension OOIModel {
  /// Every model there is.
  ///
  /// The wavelength polynomials are of a made-up 785 nm Raman bench (775 to 1057 nm: shifts from
  /// -150 to 3,290 per cm); real units are ordered with any range, and those with
  /// an InGaAs detector begin at 900 nm.
  static let all = [
    usb2000plus, usb4000, usb2000, hr4000, hr2000, usb650, adc1000, hr2000plus, qe65000,
    nirquest512, nirquest256, maya2000pro, maya2000, torus, apex, mayaLSL, flameNIR, jaz,
  ]

  static let usb2000plus = OOIModel(
    id: "ocean-optics/usb2000plus", name: "USB2000+",
    about: "2,048 pixels, 16 bit, one spectrum end point, 1 ms to 655 s", product: 0x101E,
    firmware: .fx2(fpga: 0x2005), layout: .linear(xor: 0), pixelsOnWire: 2048,
    pixelsPublished: 2048, fullScale: 65_535, electricDark: [6...20], lit: 21..<2048,
    integrationUnit: 1, integrationLimits: 1000...655_350_000, triggerModes: 0...4, slotCount: 31,
    saturation: nil, framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5213, 0.1500417, -5.513862e-6, -1.021547e-10],
    configuration: ("H14 000 025", "ILX511 OFLV-5"))

  static let usb4000 = OOIModel(
    id: "ocean-optics/usb4000", name: "USB4000",
    about: "3,840 pixels (3,648 shown), 16 bit, two spectrum end points, saturation 53,500",
    product: 0x1022, firmware: .fx2(fpga: 0x3005), layout: .linear(xor: 0), pixelsOnWire: 3840,
    pixelsPublished: 3648, fullScale: 65_535, electricDark: [5...15], lit: 21..<3669,
    integrationUnit: 1, integrationLimits: 10...65_535_000, triggerModes: 0...3, slotCount: 31,
    saturation: 53_500, framesUnderWay: 1, secondEndpointBytes: 2048,
    wavelengths: [774.4876, 0.08421935, -1.731204e-6, -1.802113e-11],
    configuration: ("H14 000 025", "TCD1304 OFLV-5"))

  static let usb2000 = OOIModel(
    id: "ocean-optics/usb2000", name: "USB2000",
    about: "2,048 pixels, 12 bit in split bytes, full speed, 3 ms to 65.5 s", product: 0x1002,
    firmware: .an2131, layout: .split, pixelsOnWire: 2048, pixelsPublished: 2048, fullScale: 4095,
    electricDark: [2...23], lit: 24..<2048, integrationUnit: 1000,
    integrationLimits: 3000...65_535_000, triggerModes: 0...3, slotCount: 17, saturation: nil,
    framesUnderWay: 2, secondEndpointBytes: 0,
    wavelengths: [774.6108, 0.1499283, -5.498117e-6, -1.033871e-10],
    configuration: ("03 000 025", "ILX511 L2"))

  static let hr4000 = OOIModel(
    id: "ocean-optics/hr4000", name: "HR4000",
    about: "3,840 pixels (3,648 shown), 14 bit with bit 13 flipped, two spectrum end points",
    product: 0x1012, firmware: .fx2(fpga: 0x2005), layout: .linear(xor: 0x2000),
    pixelsOnWire: 3840, pixelsPublished: 3648, fullScale: 16_383, electricDark: [5...17],
    lit: 21..<3669, integrationUnit: 1, integrationLimits: 10...655_350_000,
    triggerModes: 0...3, slotCount: 17, saturation: nil, framesUnderWay: 1,
    secondEndpointBytes: 2048,
    wavelengths: [774.5547, 0.08419012, -1.729876e-6, -1.811905e-11],
    configuration: ("H14 000 010", "TCD1304 OFLV-5"))

  static let hr2000 = OOIModel(
    id: "ocean-optics/hr2000", name: "HR2000",
    about: "2,048 pixels, 12 bit in split bytes, full speed, answers no status query",
    product: 0x100A, firmware: .an2131, layout: .split,
    pixelsOnWire: 2048, pixelsPublished: 2048, fullScale: 4095, electricDark: [2...23],
    lit: 24..<2048, integrationUnit: 1000, integrationLimits: 3000...65_535_000,
    triggerModes: 0...3,
    slotCount: 17, saturation: nil, framesUnderWay: 2, secondEndpointBytes: 0,
    wavelengths: [774.5532, 0.1500369, -5.51351e-06, -1.021645e-10],
    configuration: ("06 000 010", "ILX511 L2"), answersStatus: false)

  static let usb650 = OOIModel(
    id: "ocean-optics/usb650", name: "USB650",
    about: "2,048 pixels, 12 bit in split bytes, full speed, no masked pixels", product: 0x1014,
    firmware: .an2131, layout: .split,
    pixelsOnWire: 2048, pixelsPublished: 2048, fullScale: 4095, electricDark: [],
    lit: 0..<2048, integrationUnit: 1000, integrationLimits: 3000...65_535_000, triggerModes: 0...3,
    slotCount: 17, saturation: nil, framesUnderWay: 2, secondEndpointBytes: 0,
    wavelengths: [774.5670, 0.1500348, -5.513358e-06, -1.021687e-10],
    configuration: ("02 000 025", "ILX511 L2"))

  static let adc1000 = OOIModel(
    id: "ocean-optics/adc1000-usb", name: "ADC1000-USB",
    about: "2,048 pixels of an S2000 bench, 12 bit in split bytes, short operands only",
    product: 0x1004, firmware: .an2131, layout: .split,
    pixelsOnWire: 2048, pixelsPublished: 2048, fullScale: 4095, electricDark: [2...23],
    lit: 24..<2048, integrationUnit: 1000, integrationLimits: 5000...65_535_000,
    triggerModes: 0...3,
    slotCount: 17, saturation: nil, framesUnderWay: 2, secondEndpointBytes: 0,
    wavelengths: [774.5000, 0.1500449, -5.514097e-06, -1.021482e-10],
    configuration: ("01 000 050", "ILX511"),
    answersStatus: false, takesShortIntegrationOnly: true)

  static let hr2000plus = OOIModel(
    id: "ocean-optics/hr2000plus", name: "HR2000+",
    about: "2,048 pixels, 14 bit with bit 13 flipped, 1 ms to 655 s", product: 0x1016,
    firmware: .fx2(fpga: 0x2005), layout: .linear(xor: 0x2000),
    pixelsOnWire: 2048, pixelsPublished: 2048, fullScale: 16_383, electricDark: [2...23],
    lit: 24..<2048, integrationUnit: 1, integrationLimits: 1000...655_350_000, triggerModes: 0...3,
    slotCount: 17, saturation: nil, framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5344, 0.1500397, -5.513718e-06, -1.021587e-10],
    configuration: ("H6 000 010", "ILX511 L2"))

  static let qe65000 = OOIModel(
    id: "ocean-optics/qe65000", name: "QE65000",
    about: "1,280 pixels (1,044 shown), 16 bit with bit 15 flipped, cooled, axis from pixel 10",
    product: 0x1018, firmware: .fx2(fpga: 0x1002), layout: .linear(xor: 0x8000),
    pixelsOnWire: 1280, pixelsPublished: 1044, fullScale: 65_535,
    electricDark: [0...3, 1040...1043],
    lit: 10..<1034, integrationUnit: 1000, integrationLimits: 8000...1_600_000_000,
    triggerModes: 0...3,
    slotCount: 18, saturation: nil, framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5460, 0.300076, -2.205436e-05, -8.172982e-10], wavelengthOrigin: 10,
    configuration: ("HC1 000 025", "S7031"),
    isCooled: true)

  static let nirquest512 = OOIModel(
    id: "ocean-optics/nirquest512", name: "NIRQuest512",
    about: "512 pixels, 16 bit with bit 15 flipped, cooled, saturation 60,000 in four bytes",
    product: 0x1026, firmware: .fx2(fpga: nil), layout: .linear(xor: 0x8000),
    pixelsOnWire: 512, pixelsPublished: 512, fullScale: 65_535, electricDark: [],
    lit: 0..<512, integrationUnit: 1000, integrationLimits: 1000...1_600_000_000,
    triggerModes: 0...3,
    slotCount: 20, saturation: 60_000,
    saturationPlace: .init(offset: 4, bytes: 4), framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5584, 0.6001445, -8.821525e-05, -6.538628e-09],
    configuration: ("N1 000 025", "G9204"),
    isCooled: true)

  static let nirquest256 = OOIModel(
    id: "ocean-optics/nirquest256", name: "NIRQuest256",
    about: "256 pixels, 16 bit with bit 15 flipped, cooled", product: 0x1028,
    firmware: .fx2(fpga: nil), layout: .linear(xor: 0x8000),
    pixelsOnWire: 256, pixelsPublished: 256, fullScale: 65_535, electricDark: [],
    lit: 0..<256, integrationUnit: 1000, integrationLimits: 1000...1_600_000_000,
    triggerModes: 0...3,
    slotCount: 20, saturation: nil, framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5632, 1.200283, -0.0003528576, -5.230978e-08],
    configuration: ("N2 000 025", "G9206"),
    isCooled: true)

  static let maya2000pro = OOIModel(
    id: "ocean-optics/maya2000pro", name: "Maya2000 Pro",
    about: "2,304 pixels (2,068 shown), 64,000 counts, saturation 50,000 at the front of its slot",
    product: 0x102A, firmware: .fx2(fpga: 0x2005), layout: .linear(xor: 0),
    pixelsOnWire: 2304, pixelsPublished: 2068, fullScale: 64_000,
    electricDark: [0...3, 2064...2067],
    lit: 10..<2058, integrationUnit: 1, integrationLimits: 7200...65_000_000, triggerModes: 0...3,
    slotCount: 18, saturation: 50_000,
    saturationPlace: .init(offset: 0), framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5296, 0.1500405, -5.51377e-06, -1.021572e-10],
    configuration: ("H14 000 025", "S10420"),
    hasThermometer: false)

  static let maya2000 = OOIModel(
    id: "ocean-optics/maya2000", name: "Maya2000",
    about: "2,304 pixels (2,080 shown), 16 bit, 15 ms to 1,600 s", product: 0x102C,
    firmware: .fx2(fpga: 0x2005), layout: .linear(xor: 0),
    pixelsOnWire: 2304, pixelsPublished: 2080, fullScale: 65_535,
    electricDark: [0...7, 2072...2079],
    lit: 16..<2064, integrationUnit: 1, integrationLimits: 15_000...1_600_000_000,
    triggerModes: 0...3,
    slotCount: 17, saturation: nil, framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5384, 0.1500391, -5.513673e-06, -1.021599e-10],
    configuration: ("H14 000 025", "S9840"),
    hasThermometer: false)

  static let torus = OOIModel(
    id: "ocean-optics/torus", name: "Torus",
    about: "2,048 pixels, 16 bit, no masked pixels, saturation 57,000", product: 0x1040,
    firmware: .fx2(fpga: 0x2005), layout: .linear(xor: 0),
    pixelsOnWire: 2048, pixelsPublished: 2048, fullScale: 65_535, electricDark: [],
    lit: 0..<2048, integrationUnit: 1, integrationLimits: 1000...655_350_000, triggerModes: 0...3,
    slotCount: 18, saturation: 57_000, framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5506, 0.1500373, -5.513539e-06, -1.021637e-10],
    configuration: ("T1 000 025", "ILX511"))

  static let apex = OOIModel(
    id: "ocean-optics/apex", name: "Apex",
    about: "2,304 pixels (2,068 shown), 64,000 counts, saturation 52,000, free run only",
    product: 0x1044, firmware: .fx2(fpga: 0x2005), layout: .linear(xor: 0),
    pixelsOnWire: 2304, pixelsPublished: 2068, fullScale: 64_000,
    electricDark: [0...3, 2064...2067],
    lit: 10..<2058, integrationUnit: 1, integrationLimits: 15_000...1_600_000_000,
    triggerModes: 0...0,
    slotCount: 18, saturation: 52_000,
    saturationPlace: .init(offset: 0), framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5550, 0.1500366, -5.51349e-06, -1.02165e-10],
    configuration: ("A785 000 025", "S10420"),
    hasThermometer: false)

  static let mayaLSL = OOIModel(
    id: "ocean-optics/maya-lsl", name: "Maya LSL",
    about: "2,304 pixels (2,068 shown), 64,000 counts, 7.2 ms to 65 s", product: 0x1046,
    firmware: .fx2(fpga: 0x2005), layout: .linear(xor: 0),
    pixelsOnWire: 2304, pixelsPublished: 2068, fullScale: 64_000,
    electricDark: [0...3, 2064...2067],
    lit: 10..<2058, integrationUnit: 1, integrationLimits: 7200...65_000_000, triggerModes: 0...3,
    slotCount: 18, saturation: nil, framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5604, 0.1500358, -5.513431e-06, -1.021667e-10],
    configuration: ("L1 000 025", "S10420"),
    hasThermometer: false)

  static let flameNIR = OOIModel(
    id: "ocean-optics/flame-nir", name: "Flame-NIR",
    about: "128 pixels, 16 bit, frames without end mark", product: 0x104B,
    firmware: .fx2(fpga: nil), layout: .linear(xor: 0),
    pixelsOnWire: 128, pixelsPublished: 128, fullScale: 65_535, electricDark: [],
    lit: 0..<128, integrationUnit: 1, integrationLimits: 1000...655_350_000, triggerModes: 0...3,
    slotCount: 18, saturation: nil, framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5656, 2.400561, -0.001411424, -4.184813e-07],
    configuration: ("FN 000 025", "G9203"),
    hasEndMark: false, hasThermometer: false)

  static let jaz = OOIModel(
    id: "ocean-optics/jaz", name: "Jaz",
    about: "2,048 pixels, 16 bit, frames without end mark, answers no status query",
    product: 0x2000, firmware: .fx2(fpga: nil), layout: .linear(xor: 0),
    pixelsOnWire: 2048, pixelsPublished: 2048, fullScale: 65_535, electricDark: [2...23],
    lit: 24..<2048, integrationUnit: 1, integrationLimits: 1000...655_350_000, triggerModes: 0...3,
    slotCount: 18, saturation: nil, framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5692, 0.1500345, -5.513334e-06, -1.021694e-10],
    configuration: ("J1 000 025", "ILX511"),
    hasEndMark: false, answersStatus: false, hasSecondEndpoint: false, hasThermometer: false)
}
