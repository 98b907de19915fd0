/// Which type writes which format.
enum Writers {
  static let all: [FileFormat: any ContentWriter.Type] = [
    .csv: ContentTableWriter.self,
    .asm: ASMWriter.self,
  ]
}
