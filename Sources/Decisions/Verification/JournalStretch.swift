/// The decisions since a mark, as far as they are still known.
public struct JournalStretch: Sendable {
    /// The last decision before it.
    public let since: UInt64
    /// Whether it begins with a reset, rather than with a decision that somebody named.
    public let isSinceReset: Bool
    /// The last decision in it.
    public let through: UInt64
    /// Decisions up to this one may be missing from it.
    public let forgottenThrough: UInt64
    /// Those that are known, oldest first.
    public let decisions: [RecordedDecision]

    /// Whether a decision that belongs in it may be missing.
    public var hasGap: Bool { forgottenThrough > since }
}
