internal import Methods

/// A method as a site may write it; what is usable can be begun anew under another name.
@Sendable func fuzzMethod(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  guard let method = try? MethodReader.read(text: text, file: "fuzz.yaml") else { return }
  FuzzTargets.demand(method.sha256.count == 64, "a method has its hash")
  FuzzTargets.demand(method.text.text == text, "a method keeps its text")
  if case .separation(let body) = method.body {
    for analyte in body.analytes {
      FuzzTargets.demand(
        analyte.window.lowerBound < analyte.window.upperBound
          && analyte.window.lowerBound.isFinite && analyte.window.upperBound.isFinite,
        "a window is not empty")
      FuzzTargets.demand(
        body.signals.contains { $0.name == analyte.signal }, "an analyte's signal is there")
      FuzzTargets.demand(
        analyte.internalStandard.map { name in
          body.analytes.contains { $0.name == name && $0.role == .internalStandard }
        } ?? true, "an internal standard is there and is one")
    }
  }
  // What was read may be laid out in a way that a draft does not know; it is then refused, not cut.
  _ = try? MethodDraft(from: method, name: "fuzzed").text()
}
