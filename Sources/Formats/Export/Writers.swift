/// Which type writes which format.
enum Writers {
  static let all: [FileFormat: any ContentWriter.Type] = [
    .jcamp: JCAMPContent.self, .msp: MSPContent.self,
  ]
}
