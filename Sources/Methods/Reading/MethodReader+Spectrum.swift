internal import Processing
internal import YAMLText

extension MethodReader {
  static func spectrum(_ top: YAMLMap, _ technique: Method.Technique) throws(YAMLProblem)
    -> SpectrumMethod
  {
    SpectrumMethod(chain: SpectrumChain())
  }
}
