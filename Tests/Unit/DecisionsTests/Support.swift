import Decisions
import HTTPServing
import IdentityModel
import Surroundings

let start = UnixSeconds(1_770_715_293)

func journal(_ capacity: Int, marksAnswers: Bool = false) -> DecisionJournal {
    DecisionJournal(capacity: capacity, clock: .frozen(at: start), marksAnswers: marksAnswers)
}

let request = HTTPRequest(
    method: "GET", target: "/metadata/identity/oauth2/token?resource=secret-query",
    headers: [
        ("Metadata", "true"), ("User-Agent", "azsdk/1"), ("X-Client-SKU", "MSAL.Go"), ("x-client-Ver", "1.2"),
        ("Authorization", "Bearer hunter2"),
        ("x-ms-client-request-id", "r-1"), ("podname", "web"), ("Cookie", "hunter2"),
    ], body: Array("client_secret=hunter2".utf8), peer: PeerAddress(host: .ipv4(0x0af4_080b), port: 4000))

func decision(_ outcome: Decision.Outcome = .issued, pod: String? = nil, reason: String = "because") -> Decision {
    var decision = Decision(face: .metadata, plane: .vm, outcome: outcome, reason: reason)
    decision.pod = pod.map { NamespacedName(namespace: "default", name: $0) }
    return decision
}
