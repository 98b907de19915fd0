import Foundation
import Testing

@testable import Processing

@Suite struct MassParameterTests {
  @Test func whatAMethodLeavesOutHasItsDefault() throws {
    func read<Value: Decodable>(_ text: String) throws -> Value {
      try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }
    let search: MassSearch = try read("{}")
    #expect(search == MassSearch())
    let composite: MassSearch = try read(
      #"{"ranking":"composite","mass_power":3,"retention_penalty":{"per_ten":5}}"#)
    #expect(composite.ranking == .composite && composite.massPower == 3)
    #expect(composite.retentionPenalty == RetentionPenalty(perTen: 5))
    let preparation: MassPreparation = try read(#"{"bin_offset_mz":0.5}"#)
    #expect(preparation == MassPreparation(binOffset: 0.5))
    let background: BackgroundSubtraction = try read(#"{"background_scans":5}"#)
    #expect(background == BackgroundSubtraction(backgroundScans: 5))
    let deconvolution: DeconvolutionParameters = try read(#"{"least_ions":4}"#)
    #expect(deconvolution == DeconvolutionParameters(leastIons: 4))
    let target: IonTarget = try read(#"{"mz":342.1}"#)
    #expect(target == IonTarget(massToCharge: 342.1, tolerance: 0.5))
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let search = MassSearch(ranking: .composite, presearch: .init(peaks: 10))
    let again = try JSONDecoder().decode(MassSearch.self, from: JSONEncoder().encode(search))
    #expect(again == search)
  }
}
