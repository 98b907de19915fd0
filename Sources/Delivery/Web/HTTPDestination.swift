public import Foundation
internal import Laboratory

/// A web server that takes each delivery by one `POST`.
///
///     POST <url>
///     Content-Type: multipart/form-data; boundary=...   part `delivery`, then parts `file`
///     Idempotency-Key: <id>             the same for every try; the server keeps the first alone
///     X-Gauger-Signature: sha256=<hex>  HMAC-SHA256 over the body, with a secret
///
/// 2xx says *accepted*; with a receipt as in `FolderDestination`, whose hash is that of the body, of
/// the part `delivery` or of one of the files, *confirmed* or *rejected*. 401 and 407 say that the
/// secret is wrong, 408, 425, 429 and 3xx and 5xx that it is to be tried again; every other 4xx is
/// *rejected*. An answer that is lost is asked for again by the same `POST`.
public struct HTTPDestination: Destination {
  /// Its name in `bench.yaml`.
  public let name: String
  /// Whether it takes what an emulator measured.
  public let acceptsEmulated: Bool
  /// Where it posts to.
  public let url: URL
  let secretFile: String?
  let exchange: HTTPExchange
  package var publisher = Publisher()

  /// The largest delivery in bytes.
  public static let largest = 1 << 28

  /// Makes a destination; nothing is asked before the first delivery.
  ///
  /// `secretFile` holds the secret that signs; none sends no signature. `bound` is how long one
  /// delivery may take.
  public init(
    name: String, url: URL, secretFile: String?, bound: Duration = .seconds(30),
    acceptsEmulated: Bool
  ) {
    self.name = name
    self.url = url
    self.secretFile = secretFile
    self.acceptsEmulated = acceptsEmulated
    exchange = HTTPExchange(bound: bound)
  }

  /// Posts a delivery.
  public func deliver(_ spooled: Delivery) throws(DeliveryError) -> DeliveryAnswer {
    let delivery = spooled.carried(to: name)
    if delivery.emulated, !acceptsEmulated { throw .refusesEmulated(name) }
    let body = try body(of: delivery)
    var headers = [
      "Content-Type": body.contentType, "Idempotency-Key": delivery.id.description,
      "Accept": "application/json",
    ]
    if let secretFile {
      let secret = try Secret.read(secretFile, for: name)
      headers["X-Gauger-Signature"] = "sha256=\(body.signature(by: secret))"
    }
    let reply: HTTPExchange.Reply
    do throws(HTTPExchange.Trouble) {
      reply = try exchange.ask("POST", url, headers: headers, body: body.bytes)
    } catch {
      throw DeliveryError(error, name, url)
    }
    guard (200..<300).contains(reply.status) else { throw refusal(reply, delivery.id) }
    let hashes = [
      Hash.sha256(of: body.bytes), Hash.sha256(of: FolderDestination.ready(for: delivery)),
    ]
    do throws(DeliveryError) {
      return try Receipt.answer(
        of: reply.body, to: delivery.id, from: name, hashes: hashes + delivery.files.map(\.sha256))
    } catch .receiptUnclear(let name, let id, let why) {
      // It says that it took it; its words prove no more, and a person should look at them.
      let doubt = DeliveryError.receiptUnclear(name, id, why).failure
      return DeliveryAnswer(.accepted, doubt: reply.isJSON ? doubt : nil)
    }
  }

  /// Nothing more is told than in the answer.
  public var answersOnce: Bool { true }

  /// Nothing more is told than in the answer.
  public func poll(_ delivery: Delivery) throws(DeliveryError) -> DeliveryAnswer { .accepted }

  private func body(of delivery: Delivery) throws(DeliveryError) -> MultipartBody {
    let total = delivery.files.reduce(0) { $0 + $1.size }
    guard total <= Self.largest else {
      throw .cannotCarry(
        name, delivery.id,
        "Its files have \(total >> 20) MiB, and at most \(Self.largest >> 20) MiB go over the web; "
          + "choose fewer with formats.")
    }
    var files: [(name: String, bytes: [UInt8])] = []
    for file in delivery.files {
      let bytes: [UInt8]
      do throws(PublishError) {
        let opened = try OpenedFile(publisher.disk, try delivery.path(of: file))
        bytes = try opened.read(at: 0, count: opened.size)
      } catch {
        throw .publish(error)
      }
      guard Hash.sha256(of: bytes) == file.sha256 else {
        throw .spoolDamaged(delivery.id.description, "\(file.name) has changed in the spool.")
      }
      files.append((file.name, bytes))
    }
    return MultipartBody(manifest: FolderDestination.ready(for: delivery), files: files)
  }

  private func refusal(_ reply: HTTPExchange.Reply, _ id: DeliveryID) -> DeliveryError {
    let said = "It answered \(reply.status): \(Receipt.plain(reply.body))"
    return switch reply.status {
    case 401, 407: .loginRefused(name, said)
    case 408, 425, 429, 502, 503, 504: .serverTrouble(name, said)
    case 300..<400:
      .serverTrouble(name, "It answered \(reply.status), a redirection, which is not followed.")
    case 400..<500: .rejected(name, id, said)
    default: .serverFailed(name, id, said)
    }
  }
}

extension DeliveryError {
  init(_ trouble: HTTPExchange.Trouble, _ name: String, _ url: URL) {
    let place = url.host ?? "?"
    self =
      switch trouble {
      case .late(let seconds): .hangs(name, seconds)
      case .broken(let words): .unreachable(name, "No answer came from \(place): \(words).")
      }
  }
}
