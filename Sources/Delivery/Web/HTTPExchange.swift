internal import Dispatch
package import Foundation
internal import Synchronization

#if canImport(FoundationNetworking)
  internal import FoundationNetworking
#endif

/// One question over HTTP, answered whole or not at all within a bound.
///
/// Blocks. Certificates are checked against the system's store, always; a redirection is not followed, since
/// what was signed for one address is not for another.
package struct HTTPExchange: Sendable {
  /// How long the whole may take.
  package var bound: Duration
  /// The longest answer that is read, bytes.
  package var longestAnswer: Int

  /// Makes an exchange.
  package init(bound: Duration = .seconds(30), longestAnswer: Int = 1 << 20) {
    self.bound = bound
    self.longestAnswer = longestAnswer
  }

  /// What came back.
  package struct Reply: Sendable {
    /// The status of HTTP.
    package var status: Int
    /// The bytes.
    package var body: [UInt8]
    /// Whether it looks as if it were meant to be JSON.
    var isJSON: Bool { body.first { $0 > 0x20 } == UInt8(ascii: "{") }
  }

  /// Why nothing came back.
  package enum Trouble: Error {
    /// No answer within the bound.
    case late(seconds: Int)
    /// No connection, no trust, or half an answer; in words.
    case broken(String)
  }

  /// Asks, and waits for the whole answer.
  package func ask(
    _ method: String, _ url: URL, headers: [String: String], body: [UInt8]? = nil
  ) throws(Trouble) -> Reply {
    let seconds = bound / .seconds(1)
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = seconds
    configuration.timeoutIntervalForResource = seconds
    configuration.httpCookieStorage = nil
    configuration.httpShouldSetCookies = false
    configuration.urlCache = nil
    let listener = Listener(longest: longestAnswer)
    let session = URLSession(configuration: configuration, delegate: listener, delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
    request.httpMethod = method
    request.timeoutInterval = seconds
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    request.httpBody = body.map { Data($0) }
    let task = session.dataTask(with: request)
    task.resume()
    guard listener.wait(seconds: seconds + 1) else {
      task.cancel()
      throw .late(seconds: Int(seconds))
    }
    let (bytes, problem, isTooLong) = listener.result
    if isTooLong { throw .broken("its answer is longer than \(longestAnswer >> 20) MiB") }
    if let problem {
      if problem.code == NSURLErrorTimedOut { throw .late(seconds: Int(seconds)) }
      throw .broken(problem.words)
    }
    guard let response = task.response as? HTTPURLResponse else {
      throw .broken("it did not speak HTTP")
    }
    return Reply(status: response.statusCode, body: bytes)
  }

  /// Collects one answer.
  private final class Listener: NSObject, URLSessionDataDelegate {
    private let longest: Int
    private let ended = DispatchSemaphore(value: 0)
    private let state = Mutex<(bytes: [UInt8], problem: Problem?, isTooLong: Bool)>(
      ([], nil, false))

    init(longest: Int) { self.longest = longest }

    struct Problem { var code: Int, words: String }

    var result: (bytes: [UInt8], problem: Problem?, isTooLong: Bool) { state.withLock { $0 } }

    func wait(seconds: Double) -> Bool { ended.wait(timeout: .now() + seconds) == .success }

    func urlSession(
      _ session: URLSession, task: URLSessionTask,
      willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
      completionHandler: @escaping (URLRequest?) -> Void
    ) { completionHandler(nil) }

    func urlSession(
      _ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data
    ) {
      let goesOn = state.withLock { state in
        guard !state.isTooLong, state.bytes.count + data.count <= longest else {
          state.isTooLong = true
          return false
        }
        state.bytes += data
        return true
      }
      if !goesOn { dataTask.cancel() }
    }

    func urlSession(
      _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
      if let error {
        let words = (error as NSError).localizedDescription
        state.withLock { $0.problem = Problem(code: (error as NSError).code, words: words) }
      }
      ended.signal()
    }
  }
}
