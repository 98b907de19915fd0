internal import Instruments

extension RGAModel {
  /// Makes what decodes the frames of a run, from profile and record alone.
  func interpreter(_ record: InstrumentRecord) throws(DriverError) -> MassInterpreter {
    guard record.model == profile.id else {
      throw .wrongInstrument(
        detail: "the record is of \(record.model), the profile of \(profile.id)")
    }
    let (model, memory) = (self, RGAMemory(record))
    return MassInterpreter(
      layout: { settings throws(DriverError) in
        let all = try model.complete(settings, over: model.profile.standardSettings)
        let plan = try RGAPlan(all, model)
        return MassScanLayout(
          kind: plan.kind, massToCharge: plan.massToCharge, byteCount: plan.byteCount,
          carriesTotal: plan.carriesTotal, amperesPerCount: model.facts.amperes_per_count,
          detector: plan.volts == 0
            ? .faradayCup : .multiplier(volts: plan.volts, gain: memory.gain(at: plan.volts)),
          partialPressure: memory.partialPressure(volts: plan.volts),
          totalPressure: plan.carriesTotal
            ? memory.totalPressure
            : .missing(reason: "the head measures no total while its multiplier is on"),
          pointTime: plan.pointTime)
      },
      decode: { bytes, layout, counts throws(DriverError) in
        try RGADecoding.decode(bytes, layout, into: &counts)
      })
  }
}

/// The sensitivities and the gain that a unit stores, as kept in its record.
struct RGAMemory: Sendable {
  private let blocks: [String: [UInt8]]

  init(_ record: InstrumentRecord) {
    blocks = Dictionary(
      record.memory.map { ($0.name, $0.bytes) }, uniquingKeysWith: { first, _ in first })
  }

  /// Torr for one ampere of total current: `ST` is in mA/Torr, 0 to 100.
  var totalPressure: MassScanLayout.PressureScale { sensitivity("st", upTo: 100) }

  /// Torr for one ampere of the current of one mass: `SP` is in mA/Torr, 0 to 10.
  ///
  /// With the multiplier on, its gain goes off the current; it is known at one voltage alone.
  func partialPressure(volts: Double) -> MassScanLayout.PressureScale {
    let cup = sensitivity("sp", upTo: 10)
    guard volts > 0, case .torrPerAmpere(let scale) = cup else { return cup }
    guard let gain = gain(at: volts) else {
      return .missing(
        reason: "the unit stores no multiplier gain for \(RGAConversation.whole(volts)) V")
    }
    return .torrPerAmpere(scale / gain)
  }

  /// The gain of the multiplier over the cup, where `MG` (in thousands) was stored for this voltage.
  func gain(at volts: Double) -> Double? {
    guard let thousands = number("mg"), thousands > 0, thousands <= 2000,
      let stored = number("mv"), abs(stored - volts) < 0.5
    else { return nil }
    return thousands * 1000
  }

  private func sensitivity(_ name: String, upTo most: Double) -> MassScanLayout.PressureScale {
    let command = name.uppercased()
    guard let milliamperesPerTorr = number(name) else {
      return .missing(reason: "the unit tells no number for its sensitivity (\(command))")
    }
    guard milliamperesPerTorr != 0 else {
      return .missing(reason: "the unit stores no sensitivity (\(command) is 0)")
    }
    guard milliamperesPerTorr > 0, milliamperesPerTorr <= most else {
      return .missing(
        reason: "the unit's sensitivity (\(command)) is \(milliamperesPerTorr) mA/Torr, "
          + "which cannot be")
    }
    return .torrPerAmpere(1000 / milliamperesPerTorr)
  }

  private func number(_ name: String) -> Double? {
    guard let answer = blocks[name], answer.count >= 2 else { return nil }
    return RGADecoding.number(RGAConversation.text(answer).span)
  }
}
