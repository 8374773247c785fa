public import Surroundings

/// A bad day on purpose: which requests it meets, and what happens to them.
public struct Fault: Hashable, Sendable {
    /// A service that answers workloads, by the name that decisions and flags use.
    public enum Source: String, CaseIterable, Hashable, Sendable {
        case imds
        case nmi
        case authority
        case resourceManager = "resource-manager"
        case appService = "app-service"
        case arc
        case serviceFabric = "service-fabric"
        case cloudShell = "cloud-shell"
        case azureML = "azure-ml"
        case sidecar
    }

    /// The requests a fault meets: those that fit in everything it says.
    public struct Match: Hashable, Sendable {
        /// Who is asked; empty for everybody.
        public let sources: Set<Source>
        /// The pod that asks.
        public let pod: NamespacedName?
        /// The address that asks, as text.
        public let address: String?
        /// The identity that is asked about: name, client id, object id or ARM id, in lower case.
        public let identity: String?
        /// The resource a token is asked for.
        public let audience: ComparedResource?
        /// The path that is asked, or the beginning of one where it ends in `*`, in lower case.
        public let path: String?
    }

    /// When the schedule starts.
    public enum Start: Hashable, Sendable {
        /// So many milliseconds after the fault came.
        case after(milliseconds: Int)
        /// At an instant.
        case at(UnixSeconds)
    }

    /// Name in the manifest.
    public let name: String
    /// The requests it meets.
    public let match: Match
    /// When it begins; nil for at once.
    public let start: Start?
    /// How many of the requests it meets pass before it begins.
    public let skip: Int
    /// It acts on every so-manieth of the requests left.
    public let every: Int
    /// The share of the requests left that it acts on, from 0 to 1.
    public let probability: Double
    /// What the choice by ``probability`` follows from, besides the number of the request.
    public let seed: UInt64
    /// What happens, one step after the other; never empty.
    public let steps: [FaultStep]
}

/// What happens to a request, and for how long it goes on happening.
public struct FaultStep: Hashable, Sendable {
    /// What happens.
    public enum Action: Hashable, Sendable {
        /// The request is answered as always.
        case pass
        /// It is answered otherwise, and whoever was asked never hears of it.
        case answer(FaultAnswer)
        /// It is held for so long without an answer, and then the connection ends.
        case stall(milliseconds: Int)
        /// The connection is reset.
        case reset
        /// The answer's head is sent, and so many bytes of its body; nil for half of them.
        case truncate(bytes: Int?)
        /// Members of the JSON answer change or go.
        case edit(retype: [String], omit: [String])
        /// The token in the answer is one that is wrong.
        case token(FaultToken)
        /// It counts against the limits of the real service.
        case throttle
    }

    /// What happens.
    public let action: Action
    /// How long the request is held before that.
    public let delayMilliseconds: Int
    /// For so many requests; nil when only time ends it.
    public let times: Int?
    /// For so long; nil when only requests end it.
    public let milliseconds: Int?

    /// Whether neither requests nor time end it.
    public var isEndless: Bool { times == nil && milliseconds == nil }
}

/// An answer that stands for the real one.
public struct FaultAnswer: Hashable, Sendable {
    /// A header line.
    public struct Header: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Its value.
        public let value: String
    }

    /// The status.
    public let status: Int
    /// `Retry-After`, in seconds.
    public let retryAfter: Int?
    /// Header lines besides.
    public let headers: [Header]
    /// The body; nil for what the source really says with that status.
    public let body: String?
    /// The type of ``body``.
    public let contentType: String?

    /// Docker Desktop's proxy, which answers for 169.254.169.254; every SDK takes it for "there is no metadata service" by its text.
    ///
    /// The text is the one their tests hold; the head is ours (source: sdk-clients.md §1.2).
    public static let dockerDesktop = FaultAnswer(
        status: 403, retryAfter: nil, headers: [],
        body: "connecting to 169.254.169.254:80: connecting to 169.254.169.254:80: dial tcp 169.254.169.254:80: connectex: A socket"
            + " operation was attempted to an unreachable network.",
        contentType: "text/plain; charset=utf-8")
}

/// What is wrong with the token of an answer.
public enum FaultToken: String, CaseIterable, Hashable, Sendable {
    case expired
    case notYetValid = "not-yet-valid"
}
