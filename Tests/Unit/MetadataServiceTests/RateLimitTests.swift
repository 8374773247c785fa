import Surroundings
import Synchronization
import Testing

@testable import MetadataService

@Suite struct RateLimitTests {
    /// How many of a number of requests at one instant are let in.
    private func admitted(_ count: Int, _ family: MetadataFailure.Family, by limits: RateLimits) -> Int {
        (0..<count).count { _ in limits.admits(family) }
    }

    @Test("five instance requests a second, whatever the identity endpoint does")
    func instance() async {
        let time = MovableClock()
        let limits = RateLimits(clock: time.clock) {}
        #expect(admitted(20, .instance, by: limits) == 5)
        #expect(limits.admits(.identity))
        time.advance(milliseconds: 999)
        #expect(admitted(3, .instance, by: limits) == 0)
        time.advance(milliseconds: 1)
        #expect(admitted(20, .instance, by: limits) == 5)
    }

    @Test("the second slides: room comes back as each request grows a second old")
    func slides() {
        let time = MovableClock()
        let limits = RateLimits(clock: time.clock) {}
        for _ in 0..<5 {
            #expect(limits.admits(.instance))
            time.advance(milliseconds: 100)
        }
        #expect(!limits.admits(.instance))
        time.advance(milliseconds: 500)
        #expect(admitted(3, .instance, by: limits) == 1)
        time.advance(milliseconds: 200)
        #expect(admitted(3, .instance, by: limits) == 2)
    }

    @Test("a refused request does not count")
    func refusedOnes() {
        let time = MovableClock()
        let limits = RateLimits(clock: time.clock) {}
        #expect(admitted(5, .instance, by: limits) == 5)
        for _ in 0..<9 {
            time.advance(milliseconds: 100)
            #expect(!limits.admits(.instance))
        }
        time.advance(milliseconds: 100)
        #expect(admitted(20, .instance, by: limits) == 5)
    }

    @Test("twenty identity requests a second, one after the other")
    func identityInARow() async {
        let time = MovableClock()
        let limits = RateLimits(clock: time.clock) {}
        for number in 1...20 {
            #expect(limits.admits(.identity), "\(number)")
            await limits.whileHeld {}
            time.advance(milliseconds: 10)
        }
        #expect(!limits.admits(.identity))
        time.advance(milliseconds: 800)
        #expect(limits.admits(.identity))
    }

    @Test("five identity requests at once; the sixth goes on when one is done")
    func identityAtOnce() async {
        let limits = RateLimits(clock: MovableClock().clock) {}
        #expect(admitted(8, .identity, by: limits) == 5)
        #expect(await limits.whileHeld { "the work's own value" } == "the work's own value")
        #expect(admitted(8, .identity, by: limits) == 1)
    }

    @Test("a request counts as being worked on while its service time is waited for")
    func holds() async {
        let atOnce = Mutex<Int?>(nil)
        let admitted = Mutex<RateLimits?>(nil)
        let entered = Atomic<Int>(0)
        let limits = RateLimits(clock: MovableClock().clock) {
            entered.add(1, ordering: .relaxed)
            guard let limits = admitted.withLock({ $0 }) else { return }
            let more = (0..<8).count { _ in limits.admits(.identity) }
            atOnce.withLock { $0 = more }
        }
        admitted.withLock { $0 = limits }
        #expect(limits.admits(.identity))
        await limits.whileHeld {}
        #expect(entered.load(ordering: .relaxed) == 1)
        #expect(atOnce.withLock { $0 } == 4)
    }
}
