/// What the register holds files of; the words are folders in the home and final once published.
public enum RegisterKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Who works here.
  case people
  /// Who may do what, by which method, from when until when.
  case authorisations
  /// Which instruments may be used.
  case instruments
  /// With which values instruments were calibrated, and until when that holds.
  case calibrations
  /// Which methods may be used.
  case methods
  /// How far the review of runs has come, with its signatures.
  case reviews
  /// What is stopped until somebody says otherwise.
  case holds
  /// What was done otherwise than the method says.
  case deviations
  /// What came in to be measured.
  case samples
}

/// What a person may be authorised to do.
public enum Activity: String, Sendable, Hashable, Codable, CaseIterable {
  /// Measure.
  case acquire
  /// Evaluate runs by methods.
  case process
  /// Look over what others did, and send it back.
  case review
  /// Let results go out.
  case release
  /// Keep the register: people, instruments, calibrations, holds.
  case administer
  /// Say which methods may be used.
  case methodChange = "method-change"
}
