import Surroundings

/// One token volume while it is kept: the tree on the disk and the token that stands in it.
///
/// Owned by one `TokenProjector`, so never used by two threads at once.
final class ProjectedVolume {
    private(set) var assignment: TokenAssignment
    private let tree: TokenTree
    private var token: (expires: UnixSeconds, life: Int64)?
    private var writtenNanoseconds: Int64 = 0
    /// Directories that readers may still be on their way through, and since when, in reality, nobody enters them.
    private var retired: [(moment: String, nanoseconds: Int64)] = []

    /// Opens the volume.
    init(_ assignment: TokenAssignment) throws(TokenTreeError) {
        self.assignment = assignment
        tree = try TokenTree.open(
            assignment.place.directory, path: assignment.place.path, ownership: assignment.place.ownership)
    }

    /// Takes a new assignment for the same place; another account, audience or pod asks for another token at once.
    func reassign(_ next: TokenAssignment) {
        if next.key != assignment.key { token = nil }
        assignment = next
    }

    /// A reader that is on its way through the links has this long to open the file; the kubelet leaves it no time.
    private static let graceNanoseconds: Int64 = 1_000_000_000

    /// Removes replaced directories that no reader can be on its way through any more.
    ///
    /// - Parameter nanoseconds: by the system's clock, for readers take real time.
    func sweep(nanoseconds: Int64) throws(TokenTreeError) {
        while let oldest = retired.first, nanoseconds - oldest.nanoseconds >= Self.graceNanoseconds {
            try tree.forget(oldest.moment)
            retired.removeFirst()
        }
    }

    /// Whether a new token is to be asked for.
    func isDue(nanoseconds: Int64, jitter: Int64, refreshNanoseconds: Int64?) -> Bool {
        guard let token else { return true }
        if let refreshNanoseconds, nanoseconds - writtenNanoseconds >= refreshNanoseconds { return true }
        let now = UnixSeconds(nanoseconds / 1_000_000_000)
        return RefreshRule.isDue(expires: token.expires, life: token.life, now: now, jitter: jitter)
    }

    /// Whether what stands there is of no use any more.
    func isExpired(at now: UnixSeconds) -> Bool { token.map { $0.expires <= now } ?? true }

    /// Makes a token what readers find.
    ///
    /// - Parameters:
    ///   - nanoseconds: by the clock that the token is of.
    ///   - system: by the system's.
    func publish(_ fresh: ServiceAccountToken, nanoseconds: Int64, system: Int64, entropy: Entropy) throws(TokenTreeError) {
        let now = UnixSeconds(nanoseconds / 1_000_000_000)
        if let moment = try tree.publish(fresh.compact.reveal { $0 }, now: now, entropy: entropy).retired {
            retired.append((moment, system))
        }
        token = (fresh.expires, fresh.expirationSeconds)
        writtenNanoseconds = nanoseconds
    }

    /// Removes the tree, as the kubelet does when the pod is gone.
    func tearDown() throws(TokenTreeError) { try tree.tearDown() }
}
