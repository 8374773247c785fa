import Synchronization

/// Where random bytes for identifiers and choices come from (never for keys: those are made inside Cryptography).
public struct Entropy: Sendable {
    /// The next 64 random bits.
    public let next: @Sendable () -> UInt64

    /// An entropy source that answers with what `next` returns.
    public init(next: @escaping @Sendable () -> UInt64) { self.next = next }

    /// A generator of this process (xoshiro256**, seeded by the system): the system's own costs a system call for every eight bytes.
    public static let live: Entropy = {
        let generator = Mutex(Xoshiro())
        return Entropy { generator.withLock { $0.next() } }
    }()

    /// `count` random bytes.
    public func bytes(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count + 7)
        while result.count < count {
            var word = next()
            for _ in 0..<8 {
                result.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        result.removeLast(result.count - count)
        return result
    }

    /// A number in `0..<bound`; `bound` must be positive.
    public func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Blackman and Vigna's xoshiro256**.
///
/// Its output can be predicted by who sees enough of it, which is why nothing secret is made of it.
private struct Xoshiro {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init() {
        var system = SystemRandomNumberGenerator()
        state = (system.next(), system.next(), system.next(), system.next() | 1)
    }

    mutating func next() -> UInt64 {
        func rotated(_ value: UInt64, by count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
        let result = rotated(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotated(state.3, by: 45)
        return result
    }
}
