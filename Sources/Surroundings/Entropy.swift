/// Where random bytes for identifiers and choices come from (never for keys: those are made inside Cryptography).
public struct Entropy: Sendable {
    /// The next 64 random bits.
    public let next: @Sendable () -> UInt64

    /// An entropy source that answers with what `next` returns.
    public init(next: @escaping @Sendable () -> UInt64) { self.next = next }

    /// The system's generator.
    public static let live = Entropy {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

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
