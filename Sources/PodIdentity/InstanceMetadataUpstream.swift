public import HTTPServing
public import IdentityStore

/// The metadata service behind NMI.
///
/// The executable wires the emulated one; a test wires whatever it wants NMI to meet.
public protocol InstanceMetadataUpstream: Sendable {
    /// Answers a request as the metadata service would; recording is NMI's business.
    ///
    /// - Parameter snapshot: the world NMI decided in, so that no change comes between the two; nil for the world as of now, where NMI
    ///   has waited.
    func answer(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer
}

/// Whether waits of the originals are waited for, or only recorded (design §2).
public enum Timing: Sendable {
    /// Order, states and answers are kept; the waiting is skipped and recorded.
    case instant
    /// The waiting is done, with the given sleep (milliseconds).
    case real(sleep: @Sendable (Int) async -> Void)
}
