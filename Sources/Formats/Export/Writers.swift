internal import Laboratory

/// Which type writes which format.
enum Writers {
  static let all: [FileFormat: any ContentWriter.Type] = [
    .mzML: MzMLWriter.self,
    .andiMS: ANDIMassWriter.self,
    .andiChromatography: ANDIChromatographyWriter.self,
    .jcamp: JCAMPContent.self,
    .msp: MSPContent.self,
    .csv: ContentTableWriter.self,
    .asm: ASMWriter.self,
  ]
}
