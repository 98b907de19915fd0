internal import Delivery
internal import Foundation
internal import Laboratory

/// What `doctor` says of the folders that something is taken from.
struct IncomingCheck {
  let bench: Bench

  /// One finding a place that `bench.yaml` names.
  var findings: [DoctorFinding] {
    bench.configuration.watched.sorted { $0.name < $1.name }.map(watched)
      + bench.configuration.worklists.filter { !$0.makesFolder }.map(worklists)
  }

  private func watched(_ entry: WatchEntry) -> DoctorFinding {
    let topic = "exports \(entry.name)"
    do throws(Failure) {
      let listing = try ExportFolder(entry: entry).list()
      guard entry.sentinel != nil else {
        return DoctorFinding(
          topic, .warn, "\(entry.folder), \(listing.facts.count) files; no sentinel is named",
          mend: "Put a file there and name it as sentinel: a share that is away looks empty.")
      }
      return DoctorFinding(topic, .ok, "\(entry.folder), \(listing.facts.count) files")
    } catch {
      return DoctorFinding(topic, .fail, "\(error.what) \(error.why)", mend: error.next)
    }
  }

  private func worklists(_ place: WorklistPlace) -> DoctorFinding {
    let topic = "worklists \(place.name)"
    if let file = place.credentialsFile {
      do throws(DeliveryError) {
        _ = try Secret.read(file, for: place.name)
      } catch {
        return DoctorFinding(topic, .fail, error.failure.why, mend: error.failure.next)
      }
    }
    if let url = place.url {
      return DoctorFinding(topic, .ok, "\(url.absoluteString), not asked")
    }
    guard FileManager.default.fileExists(atPath: place.folder) else {
      return DoctorFinding(
        topic, .fail, "\(place.folder) is not there", mend: "Make the folder or mount its share.")
    }
    guard FileManager.default.isWritableFile(atPath: place.folder) else {
      return DoctorFinding(
        topic, .warn, "\(place.folder) cannot be written: what was taken in stays there",
        mend: "Give this account the right to write there.")
    }
    return DoctorFinding(topic, .ok, place.folder)
  }
}
