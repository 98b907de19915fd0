internal import Foundation
internal import Laboratory

/// What a reader answers to a delivery: one line of JSON, the same in a folder and over the web.
///
///     {"id":..,"sha256":..,"status":"imported"|"duplicate"|"rejected","lims_ref":..,"time":..}
struct Receipt: Decodable {
  var id: String
  var sha256: String?
  var status: String
  var reference: String?

  private enum CodingKeys: String, CodingKey {
    case id, sha256, status
    case reference = "lims_ref"
  }

  /// What a body says of a delivery: *confirmed* only with a hash of what was sent.
  ///
  /// None in the body says *accepted*; `hashes` are those of what was sent.
  static func answer(
    of body: [UInt8], to id: DeliveryID, from name: String, hashes: [String]
  ) throws(DeliveryError) -> DeliveryAnswer {
    if body.allSatisfy({ $0 == 0x20 || (9...13).contains($0) }) { return .accepted }
    let receipt: Receipt
    do {
      receipt = try JSONDecoder().decode(Receipt.self, from: Data(body))
    } catch {
      throw .receiptUnclear(name, id, "It is not the line of JSON that was agreed.")
    }
    guard receipt.id == id.description else {
      throw .receiptUnclear(name, id, "It speaks of another delivery.")
    }
    let reference = receipt.reference.map { String(plain(Array($0.utf8)).prefix(200)) }
    switch receipt.status {
    case "rejected": throw .rejected(name, id, "The receipt says rejected.")
    case "imported", "duplicate": break
    default: throw .receiptUnclear(name, id, "Its status is none that was agreed.")
    }
    guard let hash = receipt.sha256 else { return DeliveryAnswer(.accepted, reference: reference) }
    guard hashes.contains(hash.lowercased()) else {
      throw .receiptUnclear(name, id, "Its hash is of something that was not delivered.")
    }
    return DeliveryAnswer(.confirmed, reference: reference)
  }

  /// The first words of a text from outside, on one line.
  static func plain(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes.prefix(1000), as: UTF8.self)
    let line = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : "\($0)" }
    let words = line.joined().split(separator: " ").joined(separator: " ")
    return words.isEmpty ? "It gave no reason." : words
  }
}
