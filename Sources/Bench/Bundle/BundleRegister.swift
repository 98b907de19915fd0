internal import Foundation
internal import Laboratory

extension BundleContents {
  /// What people decided that concerns the run: versions of the register, by the run's own names.
  mutating func addRegister(_ record: RunRecord) throws(Failure) {
  }
}
