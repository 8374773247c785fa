/// Bytes that must never be shown: every rendering, including `dump`, is redacted.
public struct SecretBytes: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let storage: [UInt8]

    /// Takes ownership of secret bytes.
    public init(_ bytes: [UInt8]) { storage = bytes }

    /// A redacted rendering that tells only the length.
    public var description: String { "<redacted \(storage.count) bytes>" }

    /// A redacted rendering that tells only the length.
    public var debugDescription: String { description }

    /// A mirror without children, so that reflection shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

    /// Whether others are the same bytes, found in a time that does not depend on where the first difference is.
    public func matches(_ others: some Collection<UInt8>) -> Bool {
        storage.count == others.count && zip(storage, others).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Lends the bytes to `body`; they must not be kept or rendered.
    public func reveal<Result>(_ body: ([UInt8]) throws -> Result) rethrows -> Result { try body(storage) }
}
