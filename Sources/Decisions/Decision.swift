import HTTPServing
public import IdentityModel
public import Surroundings
public import WireFormats

/// The recorded outcome for one request: who asked, what matched, what was refused and why.
///
/// It keeps the head of the request, from which only the parts named here are ever shown: method, path, `User-Agent`, `x-client-*` and the
/// headers by which a caller tells its requests apart (``RecordedDecision/correlations``).
/// Tokens, secrets and assertions are in none of them.
public struct Decision: Sendable {
    /// What answered.
    public enum Face: String, CaseIterable, Hashable, Sendable {
        case metadata
        case podIdentity = "pod-identity"
        case authority
        /// MIC, the controller of standard mode: what it does answers nobody, and is written down all the same.
        case mic
        case resourceManager = "resource-manager"
        /// App Service and the other sources of managed identity beside the metadata service.
        case managedIdentitySources = "managed-identity-sources"
        /// The token endpoint of AKS identity bindings.
        case tokenProxy = "token-proxy"
    }

    /// Which of the sources of managed identity that an SDK can detect was asked (source: sdk-clients.md §2).
    public enum Source: String, CaseIterable, Hashable, Sendable {
        /// The metadata service, with or without NMI in front.
        case imds
        case appService = "app-service"
        case arc
        case serviceFabric = "service-fabric"
        case cloudShell = "cloud-shell"
        case azureML = "azure-ml"
    }

    /// How it ended.
    public enum Outcome: String, CaseIterable, Hashable, Sendable {
        /// A token was given.
        case issued
        /// The caller, the identity or the resource was refused.
        case refused
        /// The request itself was not one the service takes.
        case rejected
        /// The service behind was asked and answered.
        case forwarded
        /// A document was given.
        case answered
        /// A controller changed something.
        case changed
        /// Something of ours, or behind us, broke.
        case failed
        /// A fault answered, or kept the answer back, before the service was asked.
        case faulted
    }

    /// The selector a request named its identity with.
    public struct Selector: Hashable, Sendable {
        /// The parameter, such as `client_id`.
        public let name: String
        /// Its value.
        public let value: String

        /// Pairs a parameter with its value.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// An object that was looked at and not taken.
    public struct Rejection: Hashable, Sendable {
        /// The object.
        public let object: ObjectKey
        /// Why it was not taken.
        public let reason: String

        /// Pairs an object with the reason.
        public init(_ object: ObjectKey, _ reason: String) {
            self.object = object
            self.reason = reason
        }
    }

    /// What nearly matched: a value of the request beside that of an object.
    public struct NearMiss: Hashable, Sendable {
        /// What the value is: `issuer`, `subject`, `audience`.
        public let name: String
        /// The object it nearly matched.
        public let object: ObjectKey
        /// Where the two part.
        public let difference: TextDifference

        /// Sets the difference beside what differs.
        public init(_ name: String, of object: ObjectKey, _ difference: TextDifference) {
            self.name = name
            self.object = object
            self.difference = difference
        }
    }

    /// What answered.
    public let face: Face
    /// The world the caller lives in.
    public let plane: Plane
    /// How it ended.
    public let outcome: Outcome
    /// Why, in a sentence; made only when somebody looks.
    public let reason: @Sendable () -> String
    /// The pod the caller was resolved to; nil when none was, or none was looked for.
    public var pod: NamespacedName?
    /// The source of managed identity that was asked; nil where none was.
    public var source: Source?
    /// The selector, if the request named one.
    public var selector: Selector?
    /// The resource asked for.
    public var resource: String?
    /// About whom a token was given.
    public var principal: Principal?
    /// Objects that led to the answer.
    public var matched: [ObjectKey] = []
    /// Objects that were looked at and not taken.
    public var rejected: [Rejection] = []
    /// What came nearest to matching, when nothing did.
    public var nearMiss: NearMiss?
    /// The check that refused, where the face has named ones.
    public var check: String?
    /// The wait the real system would have imposed, in milliseconds, whether or not it was waited for.
    public var waitMilliseconds = 0
    /// What of the emulated system's odd ways made a difference, a sentence each.
    public var quirks: [String] = []
    /// `uti` of the token that was given.
    public var tokenIdentifier: String?

    /// A decision with what every decision has; the metadata service and NMI are the source `imds`.
    public init(face: Face, plane: Plane, outcome: Outcome, reason: @autoclosure @escaping @Sendable () -> String) {
        self.face = face
        self.plane = plane
        self.outcome = outcome
        self.reason = reason
        source = face == .metadata || face == .podIdentity ? .imds : nil
    }
}

/// A decision in the journal, with what the journal adds.
public struct RecordedDecision: Sendable {
    /// Counts up from 1 over the life of the process.
    public let id: UInt64
    /// When the answer was made by the emulated clock, which may be moved or stand still, in nanoseconds since the epoch.
    public let timeNanoseconds: Int64
    /// When it was made by the system's clock, for spans between decisions, in nanoseconds since the epoch.
    public let systemNanoseconds: Int64
    /// The request and the status of the answer; nil when nobody asked.
    let exchange: (request: HTTPRequest, status: Int)?

    /// The status of the answer; 0 when nobody asked, or nothing was sent.
    public var status: Int { exchange?.status ?? 0 }

    /// The decision.
    public let decision: Decision

    /// The time in whole seconds.
    public var time: UnixSeconds { UnixSeconds(timeNanoseconds / 1_000_000_000) }
}
