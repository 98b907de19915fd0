internal import Laboratory

/// Which type writes which format.
enum Writers {
  static let all: [FileFormat: any ContentWriter.Type] = [
    .andiMS: ANDIMassWriter.self
  ]
}
