import Foundation
import Laboratory
import Testing

@testable import Records

/// Catalogues of every version that was ever published become one of this version.
@Suite struct MigrationTests {
  private static let schemas = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Schemas").path
  private static let newest = CatalogueSchema.version

  private func made(_ version: Int, in folder: TestFolder) throws -> String {
    let path = "\(folder.path)/\(version).sqlite"
    let sql = try String(contentsOfFile: "\(Self.schemas)/\(version).sql", encoding: .utf8)
    try sqlite(path, sql)
    return path
  }

  private static let shape = """
    SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name
    """

  @Test func thereIsAFileForEveryVersion() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.schemas)
    #expect(Set(files) == Set((1...Self.newest).map { "\($0).sql" }))
  }

  @Test(arguments: 1...newest) func everyEarlierVersionGetsTheShapeOfANewOne(
    version: Int
  ) throws {
    let folder = try TestFolder()
    let path = try made(version, in: folder)
    let fresh = "\(folder.path)/fresh.sqlite"
    try Catalogue(fresh, .writing).settle()
    do {
      let catalogue = try Catalogue(path, .writing)
      #expect(try catalogue.damage() == nil)
      // What it said it still says.
      #expect(try catalogue.counts()["runs"] == 1)
      #expect(try catalogue.runs(RunQuestion()).map(\.run.text) == ["20261120T101500Z-m1-aaaa"])
      #expect(
        try catalogue.problems() == ["runs/20261120T101600Z-m1-bbbb/run.json": "It is no JSON."])
      // What it saw is looked at again, where the new tables need it.
      let seen = try catalogue.seen()
      #expect(seen.count == 6)
      if version < Self.newest {
        #expect(seen.values.allSatisfy { $0.stamp.isEmpty && $0.sha256.isEmpty })
      }
      try catalogue.settle()
    }
    #expect(try sqlite(path, Self.shape) == sqlite(fresh, Self.shape))
    #expect(try sqlite(path, "SELECT user_version FROM pragma_user_version") == "\(Self.newest)\n")
    #expect(try sqlite(path, "SELECT name FROM people") == "Ada\n")
  }

  @Test func oneThatIsOnlyReadIsNotMigrated() throws {
    let folder = try TestFolder()
    let path = try made(1, in: folder)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(throws: CatalogueError.self) { _ = try Catalogue(path, .reading) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func aMigrationThatFailsLeavesTheOldOne() throws {
    let folder = try TestFolder()
    let path = try made(1, in: folder)
    // A view that stands in the way of a table.
    try sqlite(path, "CREATE VIEW steps AS SELECT 1")
    let before = try sqlite(path, Self.shape)
    #expect(throws: CatalogueError.self) { _ = try Catalogue(path, .writing) }
    #expect(try sqlite(path, Self.shape) == before)
    #expect(try sqlite(path, "SELECT user_version FROM pragma_user_version") == "1\n")
  }
}
