internal import Foundation
internal import Laboratory

/// The questions to SENAITE's JSON API that a delivery needs.
///
/// Login by HTTP Basic, checked by `users/current`: a wrong one is answered as an anonymous visitor
/// and not refused.
struct SenaiteAPI: Sendable {
  let name: String
  let site: URL
  let login: Secret
  let exchange: HTTPExchange

  /// One analysis of a sample, as the LIMS has it now.
  struct Analysis: Sendable, Hashable {
    var uid: String
    var keyword: String
    var result: String
    var operand: String
    var state: String
    var remarks: String
    var takesOperand: Bool
  }

  /// Makes sure that the LIMS knows who asks.
  func checkLogin() throws(DeliveryError) {
    let answer = try ask("GET", ["users", "current"], [:])
    let user = (answer["items"] as? [[String: Any]])?.first ?? answer
    guard user["authenticated"] as? Bool == true else {
      throw .loginRefused(name, "It answers as to somebody that it does not know.")
    }
  }

  /// The analyses of the one sample of that id.
  func analyses(of sample: String, for id: DeliveryID) throws(DeliveryError) -> [Analysis] {
    let found = try items(
      try ask(
        "GET", ["search"], ["portal_type": "AnalysisRequest", "getId": sample, "complete": "true"]))
    // The search may take the id for a part of one.
    let samples = found.filter { text($0["id"]) == sample || text($0["getId"]) == sample }
    guard samples.count == 1, let one = samples.first else {
      throw .rejected(
        name, id,
        samples.isEmpty
          ? "It has no sample \(sample)." : "It has more than one sample \(sample).")
    }
    var analyses: [Analysis] = []
    for entry in (one["Analyses"] as? [[String: Any]]) ?? [] {
      guard let uid = entry["uid"] as? String else { continue }
      analyses.append(try analysis(uid))
    }
    return analyses
  }

  /// One analysis as it is now.
  func analysis(_ uid: String) throws(DeliveryError) -> Analysis {
    guard let item = try items(try ask("GET", ["Analysis", uid], [:])).first else {
      throw .serverTrouble(name, "It gave no analysis where one was asked for.")
    }
    return Analysis(
      uid: uid, keyword: text(item["Keyword"]), result: text(item["Result"]),
      operand: text(item["DetectionLimitOperand"]), state: text(item["review_state"]),
      remarks: text(item["Remarks"]),
      takesOperand: item["DetectionLimitSelector"] as? Bool == true
        && item["AllowManualDetectionLimit"] as? Bool == true)
  }

  /// Sets fields of an analysis and submits it.
  ///
  /// What is answered proves nothing.
  func update(_ uid: String, result: String, remarks: String) throws(DeliveryError) {
    _ = try ask(
      "POST", ["update", uid], [:],
      body: ["Result": result, "Remarks": remarks, "transition": "submit"])
  }

  private func items(_ answer: [String: Any]) throws(DeliveryError) -> [[String: Any]] {
    guard let items = answer["items"] as? [[String: Any]] else {
      throw .serverTrouble(name, "Its answer has no list of items.")
    }
    return items
  }

  private func text(_ value: Any?) -> String {
    switch value {
    case let text as String: text
    case let number as NSNumber: number.stringValue
    default: ""
    }
  }

  private func ask(
    _ method: String, _ path: [String], _ query: [String: String], body: [String: String]? = nil
  ) throws(DeliveryError) -> [String: Any] {
    var url = site.appending(path: "@@API/senaite/v1")
    for part in path { url.append(path: part) }
    if !query.isEmpty {
      url.append(
        queryItems: query.sorted { $0.key < $1.key }.map { URLQueryItem(name: $0, value: $1) })
    }
    var headers = [
      "Accept": "application/json",
      "Authorization": "Basic " + Data(login.bytes).base64EncodedString(),
    ]
    var bytes: [UInt8]?
    if let body {
      headers["Content-Type"] = "application/json"
      bytes = (try? JSONEncoder().encode(body)).map { Array($0) }
    }
    let reply: HTTPExchange.Reply
    do throws(HTTPExchange.Trouble) {
      reply = try exchange.ask(method, url, headers: headers, body: bytes)
    } catch {
      throw DeliveryError(error, name, url)
    }
    if [401, 403, 407].contains(reply.status) {
      throw .loginRefused(name, "It answered \(reply.status): \(Receipt.plain(reply.body))")
    }
    guard (200..<300).contains(reply.status) else {
      throw .serverTrouble(name, "It answered \(reply.status): \(Receipt.plain(reply.body))")
    }
    guard let object = try? JSONSerialization.jsonObject(with: Data(reply.body)),
      let answer = object as? [String: Any]
    else { throw .serverTrouble(name, "Its answer is not JSON.") }
    return answer
  }
}
