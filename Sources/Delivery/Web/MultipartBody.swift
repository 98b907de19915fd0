internal import Crypto
internal import Laboratory

/// A delivery as `multipart/form-data` (RFC 7578); the same delivery gives the same bytes.
///
/// The part `delivery` is what `<id>.ready` says in a folder; then come the files, each a part
/// `file` with its name.
struct MultipartBody: Sendable {
  let bytes: [UInt8]
  let boundary: String
  var contentType: String { "multipart/form-data; boundary=\(boundary)" }

  init(manifest: [UInt8], files: [(name: String, bytes: [UInt8])]) {
    var hash = RunningHash()
    hash.add(manifest[...])
    // Long and derived from hashes of all that is in it, so that it stands nowhere inside by chance;
    // at most 70 characters (RFC 2046).
    let boundary = "gauger-\(hash.text.prefix(48))"
    var body: [UInt8] = []
    body.reserveCapacity(manifest.count + files.reduce(1024) { $0 + $1.bytes.count + 512 })
    func part(_ head: String, _ type: String, _ content: [UInt8]) {
      body += Array("--\(boundary)\r\nContent-Disposition: form-data; \(head)\r\n".utf8)
      body += Array("Content-Type: \(type)\r\n\r\n".utf8)
      body += content
      body += [0x0d, 0x0a]
    }
    part("name=\"delivery\"", "application/json", manifest)
    for file in files {
      // The names are our own: plain ASCII without quotes (`SafePath`).
      part(
        "name=\"file\"; filename=\"\(file.name)\"",
        file.name.hasSuffix(".json") ? "application/json" : "application/octet-stream", file.bytes)
    }
    body += Array("--\(boundary)--\r\n".utf8)
    bytes = body
    self.boundary = boundary
  }

  /// HMAC-SHA256 (RFC 2104) over the whole body, lower-case hexadecimal.
  func signature(by secret: Secret) -> String {
    let key = SymmetricKey(data: secret.bytes)
    let digits = Array("0123456789abcdef".utf8)
    let code = HMAC<SHA256>.authenticationCode(for: bytes, using: key)
    return String(
      decoding: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
