import Foundation
import Laboratory
import Profiles
import Synchronization
import Testing

@testable import Bench

/// A service in this process, with what it told; stopped when it goes away.
final class TrialService {
  let folder: TemporaryFolder
  let service: Service
  let told = Guard<[ServiceEvent]>([])
  private let over = DispatchSemaphore(value: 0)

  /// A value behind a lock, to be shared with threads.
  final class Guard<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    var now: Value { value.withLock { $0 } }
    func change(_ body: (inout sending Value) -> Void) { value.withLock { body(&$0) } }
  }

  var home: Home { service.home }

  init(
    in folder: TemporaryFolder? = nil, patience: Duration = .milliseconds(200),
    mostClients: Int = 64
  ) throws {
    let folder = try folder ?? TemporaryFolder()
    self.folder = folder
    let home = Home(explicit: folder.path, environment: [:])
    var pace = Service.Pace(rest: .milliseconds(50), stop: .seconds(5))
    pace.patience = patience
    pace.mostClients = mostClients
    service = try Service(
      home: home, pace: pace, notice: SystemdNotice(environment: [:]),
      open: { () throws(Failure) in
        try Bench(home: home, profiles: ProfileStore.load(folders: [EmulatedBench.profiles]))
      },
      tell: { [told] event in told.change { $0.append(event) } })
    let (service, over) = (service, over)
    Thread.detachNewThread {
      service.run()
      over.signal()
    }
  }

  func stop() {
    service.stop()
    over.wait()
    over.signal()
  }

  deinit { stop() }

  func connect() throws -> LocalConnection { try .connect(home.serviceSocket) }

  /// What the service answers to these bytes, with these descriptors beside them.
  func answer(_ bytes: [UInt8], _ descriptors: [Int32] = []) throws -> ServiceAnswer {
    let connection = try connect()
    try connection.send(bytes, descriptors: descriptors)
    return try connection.receive(ServiceAnswer.self, until: .now + .seconds(10)).frame
  }

  func answer(_ request: ServiceRequest, _ descriptors: [Int32] = []) throws -> ServiceAnswer {
    let connection = try connect()
    try connection.send(request, descriptors: descriptors)
    return try connection.receive(ServiceAnswer.self, until: .now + .seconds(10)).frame
  }

  /// Waits until something was told.
  func wait(for isIt: (ServiceEvent) -> Bool) -> Bool {
    for _ in 0..<1000 {
      if told.now.contains(where: isIt) { return true }
      usleep(10_000)
    }
    return false
  }
}

@Suite struct ServiceTests {
  private func request(_ change: (inout ServiceRequest) -> Void = { _ in }) -> ServiceRequest {
    var request = ServiceRequest(type: .run)
    request.version = 1
    request.arguments = ["gauger", "deliver", "retry"]
    request.folder = "/"
    request.environment = [:]
    request.bench = ServiceClient.bench(ProcessInfo.processInfo.environment)
    change(&request)
    return request
  }

  @Test func framesThatAreNoneAreRefusedByNameAndTheServiceGoesOn() throws {
    let trial = try TrialService()
    let hostile: [[UInt8]] = [
      [0, 0, 0, 0], [0, 0, 0, 1, 0x7B], [0xFF, 0xFF, 0xFF, 0xFF], [0, 4, 0, 1],
      [0, 0, 0, 2, 0x7B, 0x7D], [0, 0, 0, 4] + Array("null".utf8),
      [0, 0, 0, 3, 0xFF, 0xFE, 0x00], Array("GET / HTTP/1.1\r\n\r\n".utf8),
      [0, 0, 0, 17] + Array(#"{"type":"nonsense"#.utf8),
      [0, 0, 0, 16] + Array(#"{"type":"status"}"#.utf8.prefix(16)),
      // Half of it, and then silence.
      [0, 0], [0, 0, 0, 40, 0x7B],
    ]
    for bytes in hostile {
      let answer = try trial.answer(bytes)
      #expect(answer.type == .refused, "\(bytes)")
      #expect(answer.failure?.code == "service-request-invalid", "\(bytes)")
    }
    #expect(try ServiceClient.find(trial.home)?.status().home == trial.home.path)
  }

  @Test func whatIsNoCommandIsRefusedBeforeAnythingRuns() throws {
    let trial = try TrialService()
    let streams: [Int32] = [0, 1, 2]
    let wrong: [(ServiceRequest, [Int32], String)] = [
      (request(), [], "0 descriptors"), (request(), [0, 1], "2 descriptors"),
      (request(), [0, 1, 2, 2], "4 descriptors"),
      (request { $0.version = nil }, streams, "version none"),
      (request { $0.version = 2 }, streams, "version 2"),
      (request { $0.arguments = [] }, streams, "without words"),
      (request { $0.arguments = nil }, streams, "without words"),
      (request { $0.arguments = ["gauger", "a\0b"] }, streams, "no command line can hold"),
      (request { $0.environment = ["A=B": "c"] }, streams, "no command line can hold"),
      (request { $0.environment = ["": "c"] }, streams, "no command line can hold"),
      (request { $0.folder = "../x" }, streams, "no whole path"),
      (request { $0.folder = nil }, streams, "no whole path"),
      (
        request { $0.arguments = ["gauger", String(repeating: "x", count: 65_536)] }, streams,
        "65536 are allowed"
      ),
      (request { $0.type = .signal }, [], "before there is a command"),
    ]
    for (request, descriptors, why) in wrong {
      let answer = try trial.answer(request, descriptors)
      #expect(answer.type == .refused)
      #expect(answer.failure?.code == "service-request-invalid", "\(why)")
      #expect(answer.failure?.why.contains(why) == true, "\(why): \(answer.failure?.why ?? "")")
    }
    let other = try trial.answer(request { $0.bench = "/tmp/elsewhere" }, streams)
    #expect(other.failure?.code == "service-other-instruments")
    #expect(!trial.told.now.contains { $0.event == .command })
  }

  @Test func moreClientsThanThereIsRoomForAreSentAway() throws {
    let trial = try TrialService(patience: .seconds(30), mostClients: 2)
    let slow = try (0..<2).map { _ in try trial.connect() }
    var full: ServiceAnswer?
    for _ in 0..<200 where full?.failure?.code != "service-full" {
      full = try trial.answer(ServiceRequest(type: .status, version: 1))
    }
    #expect(full?.failure?.code == "service-full")
    #expect(full?.failure?.exit == .busy)
    withExtendedLifetime(slow) {}
  }

  @Test func aSecondServiceIsToldWhoKeepsTheHomeAndSinceWhen() throws {
    let trial = try TrialService()
    do {
      _ = try TrialService(in: trial.folder)
      Issue.record("two services on one home")
    } catch let failure as Failure {
      #expect(failure.code == "home-held")
      #expect(failure.exit == .busy)
      #expect(failure.what.contains("process \(getpid()), since 2"))
    }
    #expect(HomeLock.holder(of: trial.home)?.process == getpid())
    trial.stop()
    #expect(HomeLock.holder(of: trial.home) == nil)
    #expect(!FileManager.default.fileExists(atPath: trial.home.serviceSocket))
    #expect(try ServiceClient.find(trial.home) == nil)
  }

  @Test func whatAKilledServiceLeftIsInNobodysWay() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
    try Data("1\n2020-01-01T00:00:00Z\n".utf8).write(to: URL(fileURLWithPath: run + "/home.lock"))
    // A socket that nobody listens on, as a killed process leaves it.
    _ = try LocalConnection.listen(at: run + "/gauger.sock", mode: 0o600, group: .max)
    let home = Home(explicit: folder.path, environment: [:])
    #expect(try ServiceClient.find(home) == nil, "the kernel dropped the lock")
    let trial = try TrialService(in: folder)
    #expect(try ServiceClient.find(home)?.status().process == getpid())
    trial.stop()
  }

  @Test func aHomeWhosePathIsTooLongForASocketIsToldSo() throws {
    let folder = try TemporaryFolder()
    let deep = folder.path + "/" + String(repeating: "d", count: 100)
    do {
      _ = try Service(
        home: Home(explicit: deep, environment: [:]), notice: SystemdNotice(environment: [:]),
        open: { () throws(Failure) in
          throw Failure("not-asked", exit: .failed, what: "", why: "", next: "")
        }, tell: { _ in })
      Issue.record("a path without room was taken")
    } catch {
      #expect(error.code == "service-socket")
      #expect(error.why.contains("107"))
    }
    #expect(!FileManager.default.fileExists(atPath: deep), "nothing is left behind")
  }

  @Test func aFileWhereTheHomeShouldBeIsTold() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/file"
    try Data().write(to: URL(fileURLWithPath: path))
    do {
      _ = try HomeLock(Home(explicit: path, environment: [:]))
      Issue.record("a file was taken for a home")
    } catch {
      #expect(error.code == "home-not-writable")
    }
  }

  @Test func aBadConfigurationLeavesTheOldOneInForce() throws {
    let trial = try TrialService()
    let file = URL(fileURLWithPath: trial.folder.path + "/bench.yaml")
    try Data("laboratory: A\n".utf8).write(to: file)
    trial.service.reload()
    #expect(trial.wait { $0.event == .configured })
    try Data("laboratory: [\n".utf8).write(to: file)
    trial.service.reload()
    #expect(trial.wait { $0.event == .trouble && $0.failure?.code == "bench-yaml-invalid" })
    #expect(trial.service.state.withLock { $0.bench.configuration.laboratory } == "A")
  }

  @Test func theGroupOfAHomeThatItMayWriteInIsHeard() throws {
    let folder = try TemporaryFolder()
    let home = Home(explicit: folder.path, environment: [:])
    func mode(_ mode: Int) throws {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path)
    }
    try mode(0o770)
    let group = try #require(home.writingGroup)
    let member = ServicePeer(process: 1, account: 4242, groups: [4242, group])
    let stranger = ServicePeer(process: 1, account: 4242, groups: [4242, group + 1])
    let own = ServicePeer(process: 1, account: 77, groups: [])
    #expect(member.mayCommand(home, as: 77) && own.mayCommand(home, as: 77))
    #expect(!stranger.mayCommand(home, as: 77))
    try mode(0o750)
    #expect(home.writingGroup == nil)
    #expect(!member.mayCommand(home, as: 77), "who may only read gives no orders")
    #expect(own.mayCommand(home, as: 77))
  }

  @Test func anOwnHomeBesideThatOfTheServiceIsAnAccident() throws {
    let list = """
      Num       RefCount Protocol Flags    Type St Inode Path
      0000000000000000: 00000002 00000000 00010000 0001 01 21731 /run/dbus/system_bus_socket
      0000000000000000: 00000002 00000000 00010000 0001 01 99999 /var/lib/gauger/run/gauger.sock
      """
    let own = Home(explicit: nil, environment: ["XDG_DATA_HOME": "/home/x/.data"])
    if own.path != "/var/lib/gauger" {
      #expect(throws: Failure.self) { try ServicePath.checkAccident(own, sockets: list) }
      try ServicePath.checkAccident(own, sockets: list.replacingOccurrences(of: "gauger.", with: "x."))
    }
    try ServicePath.checkAccident(Home(explicit: "/tmp/mine", environment: [:]), sockets: list)
  }

  @Test func theDiskIsSpokenOfOnceForEachStep() {
    var forecast = DiskForecast()
    let start = ContinuousClock.now
    func word(_ gigabytes: Double, _ minutes: Int) -> String? {
      forecast.word(free: Int64(gigabytes * 1e9), at: start + .seconds(60 * minutes))
    }
    #expect(word(100, 0) == nil)
    #expect(word(99.9, 10) == nil, "at this pace it lasts for months")
    #expect(word(80, 20)?.contains("full in 1 hours") == true)
    #expect(word(79, 21) == nil)
    #expect(word(4, 30)?.contains("plan to free") == true)
    #expect(word(3.9, 31) == nil)
    #expect(word(0.1, 40)?.contains("free some space now") == true)
    #expect(word(0.1, 41) == nil)
  }

  @Test func aServiceManagerIsHeardOnlyWhereItAsks() {
    #expect(SystemdNotice(environment: [:]).watchdog == nil)
    let all = ["NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "5"]
    #expect(SystemdNotice(environment: all, process: 5).watchdog == .seconds(3))
    #expect(SystemdNotice(environment: all, process: 6).watchdog == nil)
    // A socket that is not there is no trouble.
    SystemdNotice(environment: ["NOTIFY_SOCKET": "/nowhere/x"]).ready("x")
  }

  @Test func aCommandIsNamedWithoutWhatItIsAbout() {
    #expect(Service.words(["gauger", "acquire", "usb:1-1", "--sample", "S-1"]) == "acquire")
    #expect(Service.words(["g", "deliver", "retry", "--now"]) == "deliver retry")
    #expect(Service.words(["g"]) == "gauger")
  }
}
