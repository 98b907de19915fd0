public import Instruments
internal import OceanOptics
internal import OpenStream
internal import StanfordResearch

/// All drivers, one line each; a test compares the list with the folders under `Drivers/`.
///
/// Used as `Registry.drivers`.
public let drivers: [DriverEntry] = [
  OOISpectrometer.entry,
  OpenStreamInstrument.entry,
  ResidualGasAnalyzer.entry,
]

/// The driver called `id`, if there is one.
///
/// Used as `Registry.driver(id:)`.
public func driver(id: String) -> DriverEntry? { drivers.first { $0.id == id } }
