/// A release of the azure-workload-identity webhook, as far as what it does to a pod depends on it.
public struct WebhookVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The `6` of `v1.6.0`.
    public let minor: Int
    /// The `0` of `v1.6.0`.
    public let patch: Int

    /// Release 1.`minor`.`patch`.
    init(_ minor: Int, _ patch: Int) {
        self.minor = minor
        self.patch = patch
    }

    /// The newest release that is known.
    public static let newest = Self(6, 0)

    /// Reads `1.6`, `v1.5.1` or `1.2.0`; nil for what is no release from 1.0 to the newest.
    ///
    /// Without a patch number it is the last release of its minor that behaves differently from the one before.
    public init?(_ text: String) {
        let parts = (text.hasPrefix("v") ? text.dropFirst() : text[...]).split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.map { part in part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil }
        guard (2...3).contains(numbers.count), numbers[0] == 1, let minor = numbers[1], (0...Self.newest.minor).contains(minor) else {
            return nil
        }
        guard numbers.count == 3 else {
            self.init(minor, WebhookBehaviour.table.last { $0.since.minor == minor }?.since.patch ?? 0)
            return
        }
        guard let patch = numbers[2] else { return nil }
        self.init(minor, patch)
    }

    /// The release as its tag: `v1.6.0`.
    public var description: String { "v1.\(minor).\(patch)" }

    /// Earlier releases first.
    public static func < (left: Self, right: Self) -> Bool { (left.minor, left.patch) < (right.minor, right.patch) }

    /// What this release does.
    var behaviour: WebhookBehaviour { (WebhookBehaviour.table.last { $0.since <= self } ?? WebhookBehaviour.table[0]).behaviour }
}
