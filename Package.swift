// swift-tools-version: 6.2
import PackageDescription

// Every target of ours is built in the Swift 6 language mode with these switched on; a warning is
// an error. The layer rule (an import goes only to a module further up this list) is checked by
// `--explicit-target-dependency-import-check error` and by Tests/HouseTests.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

func room(
  _ name: String, _ dependencies: [Target.Dependency] = [], links: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, swiftSettings: strict,
    linkerSettings: links.map { .linkedLibrary($0) })
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil,
  exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: strict)
}

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

/// One name a vendor folder under `Drivers/`.
///
/// `Drivers/Registry/Registry.swift` lists the families.
let drivers = ["OceanOptics", "OpenStream", "StanfordResearch"]
let driverDependencies = drivers.map { Target.Dependency(stringLiteral: $0) }

/// Fetched by `make docs` alone.
let documentation: [Package.Dependency] =
  Context.environment["GAUGER_DOCS"] == nil
  ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0")]

/// `make fuzz` alone sees these: libFuzzer brings the program's `main`.
let fuzzing: [Target] =
  Context.environment["GAUGER_FUZZ"] == nil
  ? []
  : [
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Instruments", "Laboratory", "Journal", "Links", "Profiles", "Processing", "Methods",
        "Formats", "Records", "Bench",
        "Registry", "Emulation",
      ] + driverDependencies, path: "Fuzz/Targets", swiftSettings: strict),
    .executableTarget(name: "gauger-fuzz", dependencies: ["FuzzTargets"], path: "Fuzz/Driver"),
  ]

/// The sanitizers look at the rooms with threads and unsafe code; the rest is not built for them.
let isSanitized = Context.environment["GAUGER_SANITIZED"] != nil
let notSanitized: Set = [
  "Records", "Delivery", "Bench", "gauger", "FaultMatrix", "gauger-faults", "Proofs",
  "gauger-prove",
  "InstrumentsTests", "LaboratoryTests", "ProfilesTests", "ProcessingTests", "MethodsTests",
  "FormatsTests", "ProofTests", "RecordsTests", "DeliveryTests", "BenchTests", "EmulationTests",
  "GaugerTests",
  "HouseTests", "gauger-bench",
]

let package = Package(
  name: "gauger",
  products: isSanitized ? [] : [.executable(name: "gauger", targets: ["gauger"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
  ] + documentation,
  targets: ([
    .systemLibrary(
      name: "CLibUSB", pkgConfig: "libusb-1.0", providers: [.apt(["libusb-1.0-0-dev"])]),
    .systemLibrary(name: "CLibUdev", pkgConfig: "libudev", providers: [.apt(["libudev-dev"])]),
    .systemLibrary(
      name: "CSerialPort", pkgConfig: "libserialport", providers: [.apt(["libserialport-dev"])]),
    .systemLibrary(
      name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CBench", path: "Benchmarks/CBench"),

    room("Instruments"),
    room("Laboratory", ["Instruments"]),
    room("ScanRing", ["CLinux"]),
    room("Journal", ["Instruments", "Laboratory", "ScanRing"]),
    room(
      "Links",
      ["Instruments", "Laboratory", "CLibUSB", "CLibUdev", "CSerialPort", "CLinux"]),
    room("YAMLText", ["Instruments", yams]),
    room("Profiles", ["Instruments", "Laboratory", "YAMLText"]),
    room("Acquisition", ["Instruments", "Laboratory", "ScanRing", "Links"]),
    room("Processing", ["Instruments", "Laboratory"]),
    room("Methods", ["Instruments", "Laboratory", "YAMLText", "Processing", crypto]),
    room("Formats", ["Instruments", "Laboratory", "Processing", "Methods", "CDeflate", crypto]),
    room("Records", ["Laboratory", "CLinux", crypto, grdb]),
    // A program with a static Swift library finds the calls of Foundation's web client only so.
    room("Delivery", ["Instruments", "Laboratory", crypto], links: ["curl"]),
    room(
      "Bench",
      [
        "Instruments", "Laboratory", "ScanRing", "Journal", "Links", "Profiles", "Acquisition",
        "Processing", "Methods", "Formats", "Records", "Delivery", "Registry", "CLinux", crypto,
        yams,
      ]),
    room("Emulation", ["Instruments", "Laboratory", "Links", "Formats"]),
    .executableTarget(
      name: "gauger",
      dependencies: [
        "Instruments", "Laboratory", "Links", "Profiles", "Processing", "Methods", "Formats",
        "Records", "Bench", "Emulation", argumentParser,
      ],
      swiftSettings: strict),
  ]
    + drivers.map {
      .target(
        name: $0, dependencies: ["Instruments"], path: "Drivers/\($0)", swiftSettings: strict)
    } + [
      .target(
        name: "Registry", dependencies: ["Instruments"] + driverDependencies,
        path: "Drivers/Registry", swiftSettings: strict)
    ]
    + [
      // Damages every transfer of every driver in the same ways.
      .target(
        name: "DriverDamage", dependencies: ["Instruments", "Links", "Emulation"],
        path: "Tests/Support/DriverDamage", swiftSettings: strict),
      // Every fault on every driver over every front; the program prints it as a table.
      .target(
        name: "FaultMatrix",
        dependencies: ["Bench", "Instruments", "Laboratory", "Links", "Profiles", "Emulation"],
        path: "Tests/Support/FaultMatrix", swiftSettings: strict),
      .executableTarget(
        name: "gauger-faults", dependencies: ["FaultMatrix"], path: "Tests/Support/FaultTable",
        swiftSettings: strict),
      // Every number of the core beside an independent answer; the program prints it as a table.
      .target(
        name: "Proofs",
        dependencies: ["Instruments", "Laboratory", "Processing", "Methods", "Formats"],
        path: "Tests/Support/Proofs", exclude: ["Methods"], swiftSettings: strict),
      .executableTarget(
        name: "gauger-prove", dependencies: ["Proofs"], path: "Tests/Support/Prove",
        swiftSettings: strict),
    ]
    + drivers.map {
      // A missing Captures folder fails the build: no driver without recorded traffic.
      tests(
        "\($0)Tests",
        [
          .init(stringLiteral: $0), "Instruments", "Registry", "Links", "Profiles", "Emulation",
          "DriverDamage",
        ],
        resources: [.copy("Captures")])
    } + [
      tests("InstrumentsTests", ["Instruments"]),
      tests("LaboratoryTests", ["Laboratory", "Instruments"]),
      tests("ScanRingTests", ["ScanRing"]),
      tests(
        "JournalTests", ["Journal", "ScanRing", "Instruments", "Laboratory"],
        resources: [.copy("read_journal.py")]),
      tests("LinksTests", ["Links", "Instruments", "Laboratory"]),
      tests("ProfilesTests", ["Profiles", "Instruments", "Laboratory", "Registry"]),
      tests(
        "AcquisitionTests",
        [
          "Acquisition", "Instruments", "Laboratory", "ScanRing", "Journal", "Links", "Profiles",
          "Registry", "Emulation",
        ]),
      tests("ProcessingTests", ["Processing", "Instruments", "Laboratory"]),
      tests("MethodsTests", ["Methods", "YAMLText", "Processing", "Instruments", "Laboratory"]),
      tests(
        "FormatsTests", ["Formats", "Methods", "Processing", "Instruments", "Laboratory"]),
      tests("ProofTests", ["Proofs"]),
      tests(
        "RecordsTests", ["Records", "Laboratory", "Instruments", crypto],
        resources: [.copy("verify_audit.py"), .copy("verify_register.py")],
        exclude: ["Catalogue/Schemas"]),
      tests(
        "DeliveryTests", ["Delivery", "Instruments", "Laboratory", crypto],
        exclude: ["Strangers"]),
      tests(
        "BenchTests",
        [
          "Bench", "Instruments", "Laboratory", "Journal", "ScanRing", "Links", "Profiles",
          "Processing", "Methods", "Formats", "Records", "Delivery", "Registry", "Emulation",
        ]),
      tests("EmulationTests", ["Emulation", "Instruments", "Laboratory", "Links"]),
      tests(
        "GaugerTests",
        [
          "Bench", "Instruments", "Laboratory", "Journal", "ScanRing", "Emulation", "Links",
          "FaultMatrix",
        ],
        exclude: ["Strangers"]),
      tests("HouseTests", []),
      // No product: `make bench` builds it, nothing installs it.
      .executableTarget(
        name: "gauger-bench",
        dependencies: [
          "Instruments", "Laboratory", "ScanRing", "Journal", "Links", "Profiles", "Processing",
          "Methods", "Formats", "Records", "Bench", "Emulation", "CDeflate", "CBench", crypto,
        ],
        path: "Benchmarks/gauger-bench", swiftSettings: strict),
    ] + fuzzing).filter { !isSanitized || !notSanitized.contains($0.name) },
  swiftLanguageModes: [.v6]
)
