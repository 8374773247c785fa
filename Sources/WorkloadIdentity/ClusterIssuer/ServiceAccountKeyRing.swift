import Surroundings

/// The keys of the emulated cluster at one moment: one signs, the one after it is published ahead of time, and one that signed stays
/// published until no token of it can be alive (source: workload-identity.md §7.4).
struct ServiceAccountKeyRing: Sendable {
    /// A key that signs no more.
    struct Retired: Sendable {
        let key: ServiceAccountKey
        /// Published until then.
        let until: UnixSeconds
    }

    /// AKS accepts the old key for a day, which is also the longest life of a token.
    static let overlapSeconds: Int64 = 86_400

    let signing: ServiceAccountKey
    let next: ServiceAccountKey
    let retired: [Retired]

    /// Two, or three for a day after a rotation; the signing one first.
    func published(at now: UnixSeconds) -> [ServiceAccountKey] {
        [signing, next] + retired.filter { $0.until > now }.map(\.key)
    }

    /// The ring after a rotation: what was published ahead signs, and `fresh` is published ahead.
    func rotated(fresh: ServiceAccountKey, at now: UnixSeconds) -> Self {
        let leaving = Retired(key: signing, until: now + Self.overlapSeconds)
        return Self(signing: next, next: fresh, retired: [leaving] + retired.filter { $0.until > now })
    }
}
