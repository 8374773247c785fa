public import HTTPServing
public import IdentityStore

/// The metadata service behind NMI.
///
/// The executable wires the emulated one, or another program's; a test wires whatever it wants NMI to meet.
public protocol InstanceMetadataUpstream: Sendable {
    /// Whether it is another program, of which nothing can be said before it is asked.
    var isElsewhere: Bool { get }

    /// Answers a token request of NMI's own; recording is NMI's business.
    ///
    /// - Parameter snapshot: the world NMI decided in, so that no change comes between the two; nil for the world as of now, where NMI
    ///   has waited.
    func token(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> UpstreamAnswer

    /// Answers a request that NMI hands on, ready to be written to the client (source: nmi.md §1.9).
    func relayed(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer
}

/// What comes of a token request upstream.
public enum UpstreamAnswer: Sendable {
    /// It is there already.
    case now(HTTPResponse)
    /// It takes work, or the network.
    case later(@Sendable () async throws(UnreachableUpstream) -> HTTPResponse)
}

/// Upstream gave no answer.
public struct UnreachableUpstream: Error, Hashable {
    /// Why, in the words of Go's client, such as `dial tcp 169.254.169.254:80: connect: connection refused`.
    public let reason: String

    /// No answer, for this reason.
    public init(reason: String) { self.reason = reason }
}

/// A metadata service in this process, which is always there.
public protocol LocalMetadataUpstream: InstanceMetadataUpstream {
    /// Answers a request as the metadata service would.
    func answer(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer
}

extension LocalMetadataUpstream {
    /// It is in this process.
    public var isElsewhere: Bool { false }

    /// What it answers to NMI's own request.
    public func token(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> UpstreamAnswer {
        switch answer(request, in: snapshot) {
        case .now(let response): .now(response)
        case .later(let work): .later { () async throws(UnreachableUpstream) in await work() }
        }
    }

    /// What it answers, as Go's server hands it on.
    public func relayed(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer {
        switch answer(request, in: snapshot) {
        case .now(let response): .now(GoAnswer.relayed(response))
        case .later(let work): .later { GoAnswer.relayed(await work()) }
        }
    }
}

/// Whether waits of the originals are waited for, or only recorded (design §2).
public enum Timing: Sendable {
    /// Order, states and answers are kept; the waiting is skipped and recorded.
    case instant
    /// The waiting is done, with the given sleep (milliseconds).
    case real(sleep: @Sendable (Int) async -> Void)
}
