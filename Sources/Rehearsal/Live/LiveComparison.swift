import IdentityModel
import WireFormats

/// Both runs of a command, side by side.
struct LiveComparison: Sendable {
    let today: LiveOutcome
    let target: LiveOutcome

    init(today: LiveRun, target: LiveRun) {
        self.today = LiveOutcome(today, name: "live-today")
        self.target = LiveOutcome(target, name: "live-target")
    }

    /// Whether there is something to compare: the command works today, and asks for something.
    var isTelling: Bool { today.end == .exited(0) && !today.asks.isEmpty }

    /// Both runs as evidence.
    var evidence: [Evidence] { today.evidence + target.evidence }
}

/// What came of a command in one world, read from the decisions.
struct LiveOutcome: Sendable {
    /// By which credential of a chain a token was got, as the service tells that was asked.
    enum Winner: String, Hashable, Sendable {
        case managedIdentity = "a managed identity credential, by NMI"
        case node = "a managed identity credential, by the node's own metadata service"
        case workloadIdentity = "a workload identity credential, by the exchange"

        /// As a sentence begins.
        var sentence: String { "A" + rawValue.dropFirst() }
    }

    /// One request for a token.
    struct Ask: Sendable {
        let request: RecordedRequest
        let winner: Winner
        let evidence: Evidence
        /// What the token is for, without what the two protocols put around it.
        var audience: String { Self.plain(request.resource ?? "") }

        private static func plain(_ resource: String) -> String {
            var text = Substring(resource)
            if text.hasSuffix("/.default") { text = text.dropLast("/.default".count) }
            while text.hasSuffix("/") { text = text.dropLast() }
            return text.lowercased()
        }
    }

    let end: LiveRun.End
    let milliseconds: Int
    /// Its requests for tokens, in order.
    let asks: [Ask]
    let readsTokenAnew: Bool?
    private let name: String

    init(_ run: LiveRun, name: String) {
        end = run.end
        milliseconds = run.milliseconds
        readsTokenAnew = run.readsTokenAnew
        self.name = name
        asks = run.decisions.compactMap { document in
            guard let decision = RecordedDecisionDocument(document), let request = decision.tokenRequest(in: name) else { return nil }
            let winner: Winner =
                switch decision.face {
                case "pod-identity": .managedIdentity
                case "authority": .workloadIdentity
                default: .node
                }
            let reason = document["reason"]?.text ?? ""
            return Ask(
                request: request, winner: winner,
                evidence: .request(
                    id: request.place, request: request.request,
                    outcome: "\(request.status) \(request.identity.map { "token of \($0)" } ?? reason)"))
        }
    }

    /// Those that brought a token.
    var served: [Ask] { asks.filter { $0.request.identity != nil } }

    /// How many did not.
    var failures: Int { asks.count - served.count }

    /// The identity that answered for each audience, the last one.
    var identities: [String: Ask] {
        Dictionary(served.map { ($0.audience, $0) }, uniquingKeysWith: { $1 })
    }

    /// The credentials that answered, each once, in order.
    var winners: [Winner] {
        var seen: Set<Winner> = []
        return served.map(\.winner).filter { seen.insert($0).inserted }
    }

    /// `exited with 0 in 1.2 s, 1 of 2 requests served`.
    var summary: String {
        let ended =
            switch end {
            case .exited(let status): "exited with \(status) in \(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
            case .timedOut(let seconds): "was ended after \(seconds) s"
            }
        return "\(ended), \(served.count) of \(asks.count) token requests served"
    }

    /// The run and its first requests, as evidence.
    var evidence: [Evidence] {
        [.request(id: name, request: "the command", outcome: summary)] + asks.prefix(5).map(\.evidence)
    }
}
