public import IdentityModel

/// One thing that is asked of a decision, and what a decision shows of it.
public enum DecisionCriterion: Hashable, Sendable {
    /// The caller was resolved to this pod.
    case pod(NamespacedName)
    /// The request came from this address.
    case address(String)
    /// This answered: a face of the server, or a source of managed identities.
    case source(String)
    /// The token was asked for this resource.
    case audience(String)
    /// The token was about this identity: its name, client id, object id or resource id; what was refused, named it so.
    case identity(String)
    /// It ended so.
    case outcome(Decision.Outcome)
    /// The answer had this status.
    case status(Int)
    /// The request carried this in a header that tells requests apart.
    case correlation(String)
    /// The client named itself so, or its name holds this: `User-Agent` or `x-client-sku`.
    case client(String)

    /// The words that name a source.
    public static let sources = Decision.Face.allCases.map(\.rawValue) + Decision.Source.allCases.map(\.rawValue)

    /// What it is called on the command line and in answers.
    public var name: String {
        switch self {
        case .pod: "pod"
        case .address: "address"
        case .source: "source"
        case .audience: "audience"
        case .identity: "identity"
        case .outcome: "outcome"
        case .status: "status"
        case .correlation: "correlation"
        case .client: "client"
        }
    }

    /// What is asked for.
    public var wanted: String {
        switch self {
        case .pod(let pod): pod.description
        case .outcome(let outcome): outcome.rawValue
        case .status(let status): String(status)
        case .address(let text), .source(let text), .audience(let text), .identity(let text), .correlation(let text), .client(let text):
            text
        }
    }

    /// Whether a decision has it.
    public func holds(for recorded: RecordedDecision) -> Bool {
        switch self {
        case .pod(let pod): recorded.decision.pod == pod
        case .address(let address): recorded.address == address
        case .source(let source): recorded.sources.contains(source)
        case .audience(let audience):
            recorded.decision.resource.map(ComparedResource.init) == ComparedResource(audience)
        case .identity(let identity): recorded.identityNames.contains { $0.lowercased() == identity.lowercased() }
        case .outcome(let outcome): recorded.decision.outcome == outcome
        case .status(let status): recorded.status == status
        case .correlation(let text): recorded.correlations.contains(text)
        case .client(let text): recorded.clientNames.contains { $0.lowercased().contains(text.lowercased()) }
        }
    }

    /// What a decision shows in its place, for who wonders why it does not count.
    public func found(in recorded: RecordedDecision) -> String {
        switch self {
        case .pod: recorded.decision.pod?.description ?? "no pod"
        case .address: recorded.address ?? "nobody asked"
        case .source: recorded.sources.joined(separator: ", ")
        case .audience: recorded.decision.resource ?? "none"
        case .identity: recorded.identityNames.first ?? "none"
        case .outcome: recorded.decision.outcome.rawValue
        case .status: String(recorded.status)
        case .correlation: Self.listed(recorded.correlations)
        case .client: Self.listed(recorded.clientNames)
        }
    }

    private static func listed(_ texts: [String]) -> String { texts.isEmpty ? "none" : texts.joined(separator: ", ") }
}

extension RecordedDecision {
    /// What the identity may be called, the best known first.
    fileprivate var identityNames: [String] {
        if let principal = decision.principal {
            let known = [principal.name, principal.clientID, principal.objectID, principal.resourceID ?? ""]
            let objects = decision.matched.filter { Self.identityKinds.contains($0.kind) }.map { object in
                object.namespace.isEmpty ? object.name : "\(object.namespace)/\(object.name)"
            }
            return (known + objects).filter { !$0.isEmpty }
        }
        return decision.selector.map { [$0.value] } ?? []
    }

    private static let identityKinds: Set<ObjectKind> = [.azureIdentity, .managedIdentity, .application]

    /// What answered, by face and by source.
    fileprivate var sources: [String] { [decision.face.rawValue] + (decision.source.map { [$0.rawValue] } ?? []) }

    fileprivate var clientNames: [String] {
        clientHeaders.filter { ["user-agent", "x-client-sku"].contains($0.name) }.map(\.value)
    }
}
