import HTTPServing
import Surroundings
import TokenIssuance
import WireFormats

/// The bytes of the metadata service's answers: heads, bodies and the one place where a failure gets its form.
struct MetadataWire: Sendable {
    /// The build the service claims; clients look for `IMDS` and for a build of at least 1854 (source: imds.md §1.4).
    static let server = "IMDS/150.870.65.1854"

    let clock: WallClock
    let entropy: Entropy

    /// A document: `application/json`, compact.
    func document(_ body: [UInt8], status: HTTPStatus = .ok) -> HTTPResponse {
        answer(body, "application/json; charset=utf-8", status: status)
    }

    /// A leaf or a listing, without a newline at its end.
    ///
    /// The type is ours: no capture shows it (source: imds.md §1.4).
    func text(_ body: String, status: HTTPStatus = .ok) -> HTTPResponse {
        answer(Array(body.utf8), "text/plain; charset=utf-8", status: status)
    }

    private func answer(_ body: [UInt8], _ type: String, status: HTTPStatus) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [
                .field("Content-Type", type), .field("Server", Self.server),
                .field("x-ms-request-id", GUID(from: entropy).description), .date, .contentLength,
            ], body: body)
    }

    /// The bytes of a token answer, but for the seconds that the token has left: they alone differ from one answer to the next.
    struct TokenBody: Sendable {
        let token: IssuedToken
        fileprivate let before: [UInt8]
        fileprivate let after: [UInt8]

        /// The eight members, all strings, in alphabetical order (source: imds.md §5.2).
        ///
        /// Written by hand because this is the hot path: no intermediate tree.
        init(_ token: IssuedToken, clientID: String, resource: String) {
            self.token = token
            var before = Array(#"{"access_token":""#.utf8) + token.compact + Array(#"","client_id":"#.utf8)
            JSONValue.writeString(clientID, to: &before, style: .compact)
            self.before = before + Array(#","expires_in":""#.utf8)
            let (expires, notBefore) = (token.expires.rawValue, token.notBefore.rawValue)
            var after = Array(#"","expires_on":"\#(expires)","ext_expires_in":"86399","not_before":"\#(notBefore)","resource":"#.utf8)
            JSONValue.writeString(resource, to: &after, style: .compact)
            self.after = after + Array(#","token_type":"Bearer"}"#.utf8)
        }
    }

    /// A token answer of now.
    func token(_ body: TokenBody) -> HTTPResponse {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.before.count + body.after.count + 20)
        bytes += body.before
        bytes += String(body.token.expires - clock.now).utf8
        bytes += body.after
        return document(bytes)
    }

    /// The answer for a failure.
    ///
    /// Bodies without ground truth are ours and listed in the README (imds.md §15).
    func failure(_ failure: MetadataFailure, location: String) -> HTTPResponse {
        switch failure {
        case .metadataHeaderMissing(.instance): instance(.badRequest, "Bad request: . Required metadata header not specified")
        case .metadataHeaderMissing(.identity): identity(.badRequest, "Required metadata header not specified")
        case .forwarded(.instance): instance(.badRequest, "Bad request. The X-Forwarded-For header is not allowed")
        case .forwarded(.identity): identity(.badRequest, "The X-Forwarded-For header is not allowed")
        case .parameterRepeated(let name, .instance): instance(.badRequest, "Bad request. Query parameter '\(name)' is repeated")
        case .parameterRepeated(let name, .identity): identity(.badRequest, "Query parameter '\(name)' is repeated")
        case .methodNotAllowed(let method, .instance): instance(.methodNotAllowed, "Method '\(method)' is not allowed")
        case .methodNotAllowed(let method, .identity):
            identity(.methodNotAllowed, "Method '\(method)' is not allowed", error: "method_not_allowed")
        case .versionUnknown: document(Self.newestVersions.bytes(), status: .badRequest)
        case .credentialVersionUnknown(let version):
            identity(.badRequest, "cred-api-version is \(version.map { "'\($0)'" } ?? "missing"); supported: 2.0")
        case .pathUnknown(.instance): instance(.notFound, "Not found")
        case .pathUnknown(.identity): document((["error": "Not Found"] as JSONValue).bytes(), status: .notFound)
        case .leafNeedsText: instance(.badRequest, "Bad request. A leaf is served with format=text only")
        case .formatUnknown(let format): instance(.badRequest, "Bad request. The format '\(format)' is not supported")
        case .loadBalancer(let failure): instance(failure.status, failure.text)
        case .throttled(.instance): text("Too many requests", status: .tooManyRequests)
        case .throttled(.identity): identity(.tooManyRequests, "Temporarily throttled, too many requests")
        case .turnedAwayAtFrontEnd: Self.frontEnd
        case .resourceMissing: identity(.badRequest, "Required query variable 'resource' is missing")
        case .identityNotFound: identity(.badRequest, "Identity not found")
        case .severalIdentities:
            identity(
                .badRequest,
                "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request")
        case .selectorsExclusive:
            identity(.badRequest, "Only one of 'client_id', 'object_id' and 'msi_res_id' may be specified in the token request")
        case .entra(let error):
            document(
                error.body(
                    traceID: GUID(from: entropy), correlationID: GUID(from: entropy).description, at: clock.now,
                    host: "\(location).login.microsoft.com"
                ).bytes(), status: HTTPStatus(code: error.status))
        case .startRequestsMalformed: instance(.badRequest, "Bad request. The request body is not valid")
        case .eventUnknown: instance(.badRequest, "Bad request. The EventId is not known")
        case .nonceUnacceptable(let problem):
            instance(
                .badRequest,
                "Bad request. Query parameter 'nonce' \(problem); 1 to \(AttestedNonce.longest) of printable ASCII are allowed")
        case .credentialRequest(let failure): identity(.badRequest, failure.description)
        case .documentUnavailable: instance(.internalServerError, "Failed to sign the document")
        case .credentialUnavailable: identity(.internalServerError, "Failed to issue a credential", error: "unknown")
        case .tokenUnavailable: identity(.internalServerError, "Failed to get a token", error: "unknown")
        }
    }

    /// `{ "error": "…" }`, with a blank inside each brace (source: imds.md §10).
    private func instance(_ status: HTTPStatus, _ text: String) -> HTTPResponse {
        var body = Array(#"{ "error": "#.utf8)
        JSONValue.writeString(text, to: &body, style: .compact)
        body.append(contentsOf: " }".utf8)
        return document(body, status: status)
    }

    private func identity(_ status: HTTPStatus, _ text: String, error: String = "invalid_request") -> HTTPResponse {
        document((["error": .string(error), "error_description": .string(text)] as JSONValue).bytes(), status: status)
    }

    /// E3: exactly the three newest versions, newest first (source: imds.md §4).
    private static let newestVersions: JSONValue = [
        "error":
            "Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds",
        "newest-versions": .strings(MetadataVersions.all.suffix(3).reversed()),
    ]

    /// E13: the front end's 400.
    ///
    /// Length, type and `Server` are as captured; the text of the 323 bytes is ours.
    private static let frontEnd: HTTPResponse = {
        let open =
            #"<?xml version="1.0" encoding="utf-8"?><Error xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" "#
            + #"xmlns:xsd="http://www.w3.org/2001/XMLSchema"><Code>BadRequest</Code><Message>"#
        let close = "</Message><Details></Details></Error>"
        let message = "The request is not one that this endpoint takes. Ask below /metadata with GET."
        let padding = String(repeating: " ", count: max(0, 323 - open.utf8.count - close.utf8.count - message.utf8.count))
        return HTTPResponse(
            status: .badRequest,
            headers: [
                .contentLength, .field("Content-Type", "text/xml; charset=utf-8"), .field("Server", "Microsoft-IIS/10.0"), .date,
            ], body: Array((open + message + padding + close).utf8))
    }()
}
