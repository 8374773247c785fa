import HTTPServing
import IdentityStore
import WireFormats

/// Getting a token from the metadata service as NMI does, through adal: one request each, retried on certain statuses, never cached
/// (source: nmi.md §2.2).
struct TokenFetch: Sendable {
    /// What NMI calls itself upstream.
    static let userAgent =
        "Go/go1.19.8 (amd64-linux) go-autorest/adal/v1.0.0 aad-pod-identity/NMI/v1.8.17/e4e7eab/2023-10-02"
    /// Seconds slept after each of the five attempts, the last included.
    private static let sleeps = [2, 6, 14, 30, 60]

    /// Where the metadata service is.
    static let host = "http://169.254.169.254"

    /// What all of them come to.
    static let longestWaitMilliseconds = sleeps.reduce(0, +) * 1000

    let upstream: any InstanceMetadataUpstream
    /// The world the identity was found in; an attempt that no wait came before is made in it too.
    let snapshot: IdentitySnapshot
    let timing: Timing

    /// A token, or why there is none, and the milliseconds that the original would have slept.
    struct Outcome: Sendable {
        var result: Result<AdalToken, TokenFailure>
        /// Tokens of further tenants, in the order the identity names them.
        var auxiliary: [AdalToken] = []
        var waitMilliseconds = 0
    }

    /// What can be said at once, and what needs waiting.
    enum Step: Sendable {
        case done(Outcome)
        case waiting(@Sendable () async -> Outcome)
    }

    /// What would come of asking now; nil for an answer that is yet to be made, which for a metadata service means a token to be signed.
    func foreseen(resource: String, clientID: String, peer: PeerAddress) -> Outcome? {
        let target = Self.target(resource: resource, clientID: clientID)
        guard !upstream.isElsewhere, case .now(let response) = upstream.token(Self.request(target, peer), in: snapshot) else { return nil }
        let reply = Self.reply(response)
        let wait = Self.isRetried(reply) ? Self.longestWaitMilliseconds : 0
        return Outcome(result: Self.read(reply, target: target), waitMilliseconds: wait)
    }

    private static func request(_ target: String, _ peer: PeerAddress) -> HTTPRequest {
        HTTPRequest(
            method: "GET", target: target,
            headers: [
                ("Host", "169.254.169.254"), ("User-Agent", userAgent), ("Metadata", "true"), ("Accept-Encoding", "gzip"),
            ], body: [], peer: peer)
    }

    /// Asks for a token about the identity with `clientID`, or about the node's default one when that is empty.
    func managedIdentityToken(resource: String, clientID: String, peer: PeerAddress) -> Step {
        let target = Self.target(resource: resource, clientID: clientID)
        let request = Self.request(target, peer)
        let first = upstream.token(request, in: snapshot)
        // The usual case: an answer that is there already, and that is not retried.
        if case .now(let response) = first {
            let reply = Self.reply(response)
            if !Self.isRetried(reply) { return .done(Outcome(result: Self.read(reply, target: target))) }
        }
        return .waiting { await attempts(request, first: first, target: target) }
    }

    private func attempts(_ request: HTTPRequest, first: UpstreamAnswer, target: String) async -> Outcome {
        var waited = 0
        var last = Reply.failure(UnreachableUpstream(reason: "nothing was asked"))
        let later: IdentitySnapshot? = if case .real = timing { nil } else { snapshot }
        for (attempt, seconds) in Self.sleeps.enumerated() {
            switch attempt == 0 ? first : upstream.token(request, in: later) {
            case .now(let response): last = Self.reply(response)
            case .later(let work):
                do throws(UnreachableUpstream) { last = Self.reply(try await work()) } catch { last = .failure(error) }
            }
            guard Self.isRetried(last) else { break }
            waited += seconds * 1000
            if case .real(let sleep) = timing { await sleep(seconds * 1000) }
        }
        return Outcome(result: Self.read(last, target: target), waitMilliseconds: waited)
    }

    private typealias Reply = Result<HTTPResponse, UnreachableUpstream>

    /// Go's client takes an answer that did not come whole for none.
    private static func reply(_ response: HTTPResponse) -> Reply {
        switch response.delivery {
        case .whole: .success(response)
        case .cut: .failure(UnreachableUpstream(reason: "unexpected EOF"))
        case .nothing: .failure(UnreachableUpstream(reason: "EOF"))
        case .reset: .failure(UnreachableUpstream(reason: "read tcp: read: connection reset by peer"))
        }
    }

    private static func isRetried(_ reply: Reply) -> Bool {
        guard case .success(let response) = reply else { return true }
        return switch response.status.code {
        case 404, 408, 410, 429, 500...508, 510, 511: true
        default: false
        }
    }

    private static func read(_ reply: Reply, target: String) -> Result<AdalToken, TokenFailure> {
        let url = host + target
        let response: HTTPResponse
        switch reply {
        case .success(let answered): response = answered
        case .failure(let failure): return .failure(.unreachable(method: "Get", url: url, reason: failure.reason))
        }
        guard response.status.code == 200 else {
            return .failure(.refused(status: response.status.code, body: response.body, endpoint: url))
        }
        do { return .success(try AdalToken(body: response.body)) } catch { return .failure(error) }
    }

    /// Parameters in alphabetical order; the client id is left out when empty (source: nmi.md §2.2).
    static func target(resource: String, clientID: String) -> String {
        let identity = clientID.isEmpty ? "" : "&client_id=\(Percent.encodeQuery(clientID))"
        return "/metadata/identity/oauth2/token?api-version=2018-02-01\(identity)&resource=\(Percent.encodeQuery(resource))"
    }
}
