internal import Delivery
internal import Foundation
internal import Laboratory
internal import Synchronization

/// A worklist that is fetched from a web address.
///
/// `GET`, certificates checked, no redirection followed; the answer is whole or counts for nothing. The
/// same bytes as before are nothing new; other bytes are a new version of the list.
struct WorklistFetch {
  let worklists: Worklists
  let place: WorklistPlace

  private struct Last: Codable {
    var schema = 1
    var time: Timestamp
  }

  func look(_ report: inout WorklistReport) throws(Failure) {
    guard let url = place.url, isTime() else { return }
    let memory = WatchMemory(home: worklists.bench.home, place: place.name)
    try memory.keep(Last(time: worklists.now()), named: "fetched.json")
    var headers = ["Accept": "text/csv, application/json"]
    if let file = place.credentialsFile {
      do throws(DeliveryError) {
        headers["Authorization"] = try Secret.read(file, for: place.name).authorization
      } catch {
        throw Failure(
          "worklist-credentials-unusable", exit: .denied,
          what: "The worklists \(place.name) were not fetched.", why: error.failure.why,
          next: "Write USER:PASSWORD or a token into \(file), and: chmod 600 \(file)")
      }
    }
    let reply: HTTPExchange.Reply
    do throws(HTTPExchange.Trouble) {
      let exchange = HTTPExchange(bound: .seconds(30), longestAnswer: WorklistReader.largest)
      reply = try exchange.ask("GET", url, headers: headers)
    } catch {
      throw failed(error, url)
    }
    guard reply.status != 204 else { return }
    guard reply.status == 200 else { throw refused(reply.status, url) }
    let named = url.lastPathComponent
    let name = named.isEmpty || named == "/" ? url.host ?? "worklist" : named
    var received: WorklistReport.Received
    do throws(Failure) {
      received = try worklists.keep(reply.body, named: name, from: place.name, form: place.form)
    } catch {
      received = WorklistReport.Received(source: name)
      received.failure = error
    }
    if !received.isKnown { report.received.append(received) }
  }

  /// Whether it is time; a clock that was set back makes it so.
  private func isTime() -> Bool {
    let memory = WatchMemory(home: worklists.bench.home, place: place.name)
    guard let last = memory.read(Last.self, named: "fetched.json")?.time else { return true }
    let passed = Duration.microseconds(worklists.now().microseconds &- last.microseconds)
    return passed < .zero || passed >= place.every
  }

  private func failed(_ trouble: HTTPExchange.Trouble, _ url: URL) -> Failure {
    let what = "The worklists \(place.name) were not fetched from \(url.absoluteString)."
    switch trouble {
    case .late(let seconds):
      return Failure(
        "worklist-fetch-late", exit: .timedOut, what: what,
        why: "No whole answer came within \(seconds) s.",
        next: "Nothing: it is asked again; see whether the server is well.")
    case .broken(let words):
      return Failure(
        "worklist-fetch-failed", exit: .failed, what: what, why: "\(words).",
        next: "Nothing: it is asked again; check address, network and the server's certificate.")
    }
  }

  private func refused(_ status: Int, _ url: URL) -> Failure {
    Failure(
      "worklist-fetch-refused", exit: status == 401 || status == 403 ? .denied : .failed,
      what: "The worklists \(place.name) were not fetched from \(url.absoluteString).",
      why: "The server answered \(status).",
      next: status == 401 || status == 403
        ? "Check the file named as credentials_file." : "Check the address; it is asked again.")
  }
}
