import HTTPFetching
import Surroundings
import WireFormats

/// Getting a token for a projected one: where to ask, what is sent, what is read of the answer
/// (source: workload-identity.md §6, entra.md §3.4).
struct TokenExchange: Sendable {
    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    /// What the original adds to every scope; the authority ignores them in this grant.
    private static let reservedScopes = "openid offline_access profile"

    let outbound: Outbound
    let authority: AuthorityAddress
    let trustedCAFile: String?
    /// How often the authority is asked before its answer, or its silence, counts.
    let attempts: Int

    /// The token endpoint, as the authority's own document tells it.
    func tokenEndpoint() async throws(CredentialFailure) -> String {
        let response: FetchResponse
        do throws(FetchError) {
            response = try await RetryPolicy(outbound: outbound, attempts: attempts).fetch(request("GET", authority.discoveryURL))
        } catch {
            throw unresolved("server response error:\n \(GoFetchError.text(error, method: "GET", url: authority.discoveryURL))")
        }
        guard response.status == 200 || response.status == 201 else {
            let body = String(decoding: response.body, as: UTF8.self)
            let shown = body.allSatisfy(\.isWhitespace) ? "" : ":\n\(Self.trimmed(body))"
            throw unresolved("http call(\(authority.discoveryURL))(GET) error: reply status code was \(response.status)\(shown)")
        }
        guard let document = try? JSONValue(parsing: response.body) else {
            throw unresolved("json decode error: the document is no JSON")
        }
        for (member, name) in [
            ("authorization_endpoint", "authorize endpoint"), ("token_endpoint", "token endpoint"), ("issuer", "issuer"),
        ]
        where document[member]?.text?.isEmpty ?? true {
            throw unresolved("ResolveEndpoints(): TenantDiscoveryResponse: \(name) was not found in the openid configuration")
        }
        return Self.filled(document["token_endpoint"]?.text ?? "", tenant: authority.tenant)
    }

    /// A token for `scope`, from `endpoint`.
    func token(
        from endpoint: String, clientID: String, scope: String, assertion: SecretBytes
    ) async throws(CredentialFailure) -> AccessToken {
        var post = request("POST", endpoint)
        post.headers.append(("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"))
        post.body = Array(Self.form(clientID: clientID, scope: scope, assertion: assertion).utf8)
        let response: FetchResponse
        do throws(FetchError) {
            response = try await RetryPolicy(outbound: outbound, attempts: attempts).fetch(post)
        } catch {
            throw .failed("server response error:\n \(GoFetchError.text(error, method: "POST", url: endpoint))")
        }
        guard response.status == 200 || response.status == 201 else {
            throw .refused(
                .init(
                    method: "POST", url: WebURL(endpoint).withoutQuery, status: response.status, reason: response.reason,
                    body: response.body))
        }
        return try Self.read(response.body, now: outbound.clock.nanoseconds())
    }

    /// Fields in alphabetical order.
    static func form(clientID: String, scope: String, assertion: SecretBytes) -> String {
        Percent.form([
            ("client_assertion", assertion.reveal { String(decoding: $0, as: UTF8.self) }), ("client_assertion_type", assertionType),
            ("client_id", clientID), ("client_info", "1"), ("grant_type", "client_credentials"), ("scope", "\(scope) \(reservedScopes)"),
        ])
    }

    /// Lifetimes are counted from now; they are numbers, or strings of digits.
    static func read(_ body: [UInt8], now nanoseconds: Int64) throws(CredentialFailure) -> AccessToken {
        guard let document = try? JSONValue(parsing: body), case .object = document else {
            throw .failed("json decode error: the token endpoint's answer is no JSON object")
        }
        if let error = document["error"]?.text, !error.isEmpty {
            throw .failed("\(error): \(document["error_description"]?.text ?? "")")
        }
        guard let token = document["access_token"]?.text, !token.isEmpty else { throw .failed("response is missing access_token") }
        func instant(_ name: String) -> Int64? {
            let written: String?
            if case .number(let text)? = document[name] { written = text } else { written = document[name]?.text }
            // A century at most, so that no sum overflows.
            return written.flatMap { Int64($0) }.map { nanoseconds + min(max($0, 0), 3_155_760_000) * 1_000_000_000 }
        }
        return AccessToken(
            token: SecretBytes(Array(token.utf8)), expiresOnNanoseconds: instant("expires_in") ?? nanoseconds,
            refreshOnNanoseconds: instant("refresh_in"))
    }

    private func request(_ method: String, _ url: String) -> FetchRequest {
        var request = FetchRequest(
            method: method, url: url,
            headers: [
                ("User-Agent", "azsdk-go-azidentity/v1.13.0 (go1.26; linux)"), ("Accept-Encoding", "gzip"),
                ("Client-Request-Id", GUID(from: outbound.entropy).description), ("Return-Client-Request-Id", "false"),
                ("X-Client-Cpu", "amd64"), ("X-Client-Os", "linux"), ("X-Client-Sku", "MSAL.Go"), ("X-Client-Ver", "1.5.0"),
            ], timeoutSeconds: 30, trustedCAFile: trustedCAFile)
        request.sendsAccept = false
        request.unpacksGzip = true
        return request
    }

    private func unresolved(_ reason: String) -> CredentialFailure { .failed("unable to resolve an endpoint: \(reason)") }

    /// Templates of the common endpoints name the tenant so.
    private static func filled(_ template: String, tenant: String) -> String {
        template.split(separator: "{tenant}", omittingEmptySubsequences: false).joined(separator: tenant)
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        return start.lastIndex { !$0.isWhitespace }.map { String(start[...$0]) } ?? ""
    }
}
