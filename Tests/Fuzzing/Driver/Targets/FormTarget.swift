import Decisions
import HTTPFetching
import HTTPServing
import WireFormats

/// The authority behind its listener's parser: token requests above all, their forms, headers and paths, and every other endpoint.
///
/// What must hold: a status below 500, a well-formed head and body, a token only for a right secret; a refusal that names its check; and
/// nothing of a secret in a decision.
struct FormTarget: FuzzTarget {
    static let name = "form"
    static let longestInput = 8_192

    private let world: AuthorityWorld
    private let exchange = HTTPExchange(style: .plain, clock: FuzzWorld.clock)
    private let mutation = FormMutation()

    init() throws { world = try AuthorityWorld() }

    var vocabulary: [String] { FormMutation.vocabulary }
    var seeds: [Seed] { FormMutation.seeds }

    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]? { mutation.mutated(input, &random) }

    func take(_ input: [UInt8]) throws(Finding) {
        let journal = DecisionJournal(capacity: 1, clock: FuzzWorld.clock)
        let service = try world.service(journal: journal) { request throws(FetchError) in
            throw .couldNotConnect(url: request.url, reason: "nobody is there")
        }
        try exchange.run(input, peer: FuzzWorld.peer) { _ in
            service
        } check: { request, written throws(Finding) in
            let isTokenEndpoint = Self.isTokenEndpoint(request.rawPath)
            let decision = try AuthorityCheck.judge(written, input: input, isTokenEndpoint: isTokenEndpoint, journal)
            let secrets = Self.secrets(of: request)
            if decision.outcome == .issued, !secrets.contains(AuthorityWorld.secret) {
                throw Finding("a token for one of the secrets \(secrets)")
            }
            try Self.requireDiscretion(journal, request, secrets)
        }
    }

    /// `/{tenant}/oauth2/token` and `/{tenant}/oauth2/v2.0/token`, however the slash in front is doubled.
    private static func isTokenEndpoint(_ path: String) -> Bool {
        let parts = path.drop { $0 == "/" }.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        return parts == ["oauth2", "token"] || parts == ["oauth2", "v2.0", "token"]
    }

    /// What a request presents as a secret: in its form, and in the `Authorization` header.
    private static func secrets(of request: HTTPRequest) -> [String] {
        var found = Percent.query(String(decoding: request.body, as: UTF8.self), .lenient).filter { $0.name == "client_secret" }.map(
            \.value)
        if let header = request.header("Authorization"), let word = header.split(separator: " ").last,
            let pair = Base64.decode(word).map({ String(decoding: $0, as: UTF8.self) }), let colon = pair.firstIndex(of: ":")
        {
            let secret = pair[pair.index(after: colon)...]
            found.append(Percent.decodePath(String(secret.map { $0 == "+" ? " " : $0 })) ?? String(secret))
        }
        return found
    }

    /// No secret stands in the decision, unless the request says it in another place as well.
    private static func requireDiscretion(_ journal: DecisionJournal, _ request: HTTPRequest, _ secrets: [String]) throws(Finding) {
        let told = journal.decisions(DecisionQuery()).last?.document.rendered() ?? ""
        let elsewhere = Percent.query(String(decoding: request.body, as: UTF8.self), .lenient).filter { $0.name != "client_secret" }
        for secret in [AuthorityWorld.secret, AuthorityWorld.expiredSecret] where secrets.contains(secret) && told.contains(secret) {
            let isSaidElsewhere =
                request.target.contains(secret) || request.headers.contains { $0.value.contains(secret) }
                || elsewhere.contains { $0.name.contains(secret) || $0.value.contains(secret) }
            guard isSaidElsewhere else { throw Finding("a decision that tells the secret \(secret.debugDescription): \(told)") }
        }
    }
}
