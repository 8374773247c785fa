import Surroundings
import Synchronization
import Testing

private let start: Int64 = 1_770_715_293

/// A system clock that a test moves.
private final class SystemTime: Sendable {
    private let nanoseconds = Atomic(start * 1_000_000_000)

    var clock: WallClock { WallClock { self.nanoseconds.load(ordering: .relaxed) } }

    func pass(_ seconds: Int64) { nanoseconds.add(seconds * 1_000_000_000, ordering: .relaxed) }
}

/// Pauses that end when a test says so, or with their task; a test can wait until somebody pauses.
private final class Pauses: Sendable {
    let begun = ChangeBell()
    let ended = ChangeBell()
    private let asked = Mutex<[Duration]>([])

    var durations: [Duration] { asked.withLock { $0 } }

    func pause(_ duration: Duration) async throws {
        let rings = ended.rings
        asked.withLock { $0.append(duration) }
        begun.ring()
        await ended.wait(past: rings)
        try Task.checkCancellation()
    }

    func hasBegun(_ count: UInt64) async {
        while begun.rings < count { await begun.wait(past: begun.rings) }
    }
}

@Suite struct AdjustableClockTests {
    private let system = SystemTime()

    @Test("runs with the system's clock, moved by its offset", arguments: [0, 3600, -86_400])
    func offset(seconds: Int64) throws {
        let clock = AdjustableClock(over: system.clock, .running(offset: seconds * 1_000_000_000))
        #expect(clock.wallClock.now == UnixSeconds(start + seconds) && clock.offsetSeconds == seconds)
        system.pass(7)
        #expect(clock.wallClock.now == UnixSeconds(start + seconds + 7))
    }

    @Test("stands still while frozen, is advanced all the same, and goes on from where it stands")
    func freezing() throws {
        let clock = AdjustableClock(over: system.clock)
        try clock.freeze()
        system.pass(100)
        #expect(clock.wallClock.now == UnixSeconds(start) && clock.setting == .frozen(at: start * 1_000_000_000))
        try clock.advance(seconds: 30)
        #expect(clock.wallClock.now == UnixSeconds(start + 30))
        clock.resume()
        system.pass(5)
        #expect(clock.wallClock.now == UnixSeconds(start + 35) && clock.offsetSeconds == -70)
    }

    @Test("an advance adds up, an offset replaces, a reset goes back to the start")
    func changes() throws {
        let clock = AdjustableClock(over: system.clock, .running(offset: 10_000_000_000))
        try clock.advance(seconds: 5)
        try clock.advance(seconds: -1)
        #expect(clock.offsetSeconds == 14)
        try clock.run(offsetSeconds: 60)
        #expect(clock.offsetSeconds == 60)
        try clock.freeze(at: UnixSeconds(start + 1))
        clock.reset()
        #expect(clock.setting == .running(offset: 10_000_000_000))
    }

    @Test("refuses what is out of its range, and stays as it was", arguments: [1001, -1001, Int64.max, Int64.min])
    func range(seconds: Int64) throws {
        let clock = AdjustableClock(over: system.clock)
        try clock.bound(to: UnixSeconds(start - 1000)...UnixSeconds(start + 1000))
        #expect(throws: AdjustableClock.OutOfRange.self) { try clock.advance(seconds: seconds) }
        #expect(throws: AdjustableClock.OutOfRange.self) { try clock.run(offsetSeconds: seconds) }
        #expect(clock.setting == .running(offset: 0))
        try clock.advance(seconds: seconds > 0 ? 1000 : -1000)
        #expect(throws: AdjustableClock.OutOfRange.self) {
            try clock.bound(to: UnixSeconds(start - 1)...UnixSeconds(start + 1))
        }
    }

    @Test("a sleeper wakes when the clock has been advanced far enough, and not before")
    func advancing() async throws {
        let clock = AdjustableClock(over: system.clock)
        let pauses = Pauses()
        let sleeper = Task { try await clock.sleep(for: .seconds(80)) { try await pauses.pause($0) } }
        await pauses.hasBegun(1)
        try clock.advance(seconds: 79)
        await pauses.hasBegun(2)
        try clock.advance(seconds: 1)
        try await sleeper.value
        #expect(pauses.durations == [.seconds(80), .seconds(1)])
    }

    @Test("a sleeper whose clock is set back waits from there for as long as it asked, and no longer")
    func settingBack() async throws {
        let clock = AdjustableClock(over: system.clock)
        try clock.advance(seconds: 172_800)
        let pauses = Pauses()
        let sleeper = Task { try await clock.sleep(for: .seconds(80)) { try await pauses.pause($0) } }
        defer { sleeper.cancel() }
        await pauses.hasBegun(1)
        clock.reset()
        await pauses.hasBegun(2)
        try #require(pauses.durations == [.seconds(80), .seconds(80)])
        try clock.advance(seconds: 80)
        try await sleeper.value
    }

    @Test("a sleeper under a frozen clock waits for no system clock, only for an advance")
    func frozenSleeper() async throws {
        let clock = AdjustableClock(over: system.clock, .frozen(at: start * 1_000_000_000))
        let pauses = Pauses()
        let sleeper = Task { try await clock.sleep(for: .seconds(5)) { try await pauses.pause($0) } }
        while clock.sleepers == 0 { await Task.yield() }
        system.pass(1000)
        try clock.advance(seconds: 5)
        try await sleeper.value
        #expect(pauses.durations.isEmpty)
    }

    @Test("a pause ends with a change of the clock, whatever the change")
    func pausing() async throws {
        let clock = AdjustableClock(over: system.clock)
        let pauses = Pauses()
        let waiter = Task { try await clock.pause(for: .seconds(1)) { try await pauses.pause($0) } }
        await pauses.hasBegun(1)
        try clock.freeze()
        try await waiter.value
    }

    @Test("a cancelled sleeper ends with the error of cancellation", arguments: [true, false])
    func cancelling(isFrozen: Bool) async throws {
        let clock = AdjustableClock(over: system.clock)
        if isFrozen { try clock.freeze() }
        let pauses = Pauses()
        let sleeper = Task { try await clock.sleep(for: .seconds(5)) { try await pauses.pause($0) } }
        if !isFrozen { await pauses.hasBegun(1) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }
}

@Suite struct ChangeBellTests {
    @Test("a ring between the look and the wait is not missed")
    func missed() async {
        let bell = ChangeBell()
        let rings = bell.rings
        bell.ring()
        await bell.wait(past: rings)
    }

    @Test("everybody who waits goes on")
    func everybody() async {
        let bell = ChangeBell()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { await bell.wait(past: 0) } }
            bell.ring()
        }
    }
}
