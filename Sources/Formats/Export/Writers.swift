internal import Laboratory

/// Which type writes which format.
enum Writers {
  static let all: [FileFormat: any ContentWriter.Type] = [
    .andiMS: ANDIMassWriter.self
    .mzML: MzMLWriter.self
    .andiMS: ANDIMassWriter.self,
    .andiChromatography: ANDIChromatographyWriter.self,
    .jcamp: JCAMPContent.self, .msp: MSPContent.self,
  ]
}
