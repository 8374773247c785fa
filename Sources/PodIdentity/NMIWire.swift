import HTTPServing
import IdentityModel
import WireFormats

/// The bytes of NMI's answers: the one place where a failure gets its status and text (source: nmi.md §1.7).
enum NMIWire {
    /// A token: exactly seven members, all strings, no newline, no charset (source: nmi.md §2.1).
    ///
    /// With tokens of further tenants it is an array, the primary one's first.
    static func token(_ token: AdalToken, auxiliary: [AdalToken] = []) -> HTTPResponse {
        success(auxiliary.isEmpty ? token.document : .array(([token] + auxiliary).map(\.document)))
    }

    /// `/host/token`: the token and the identity's client id.
    static func hostToken(_ token: AdalToken, clientID: String) -> HTTPResponse {
        success(["token": token.document, "clientid": .string(clientID)])
    }

    private static func success(_ document: JSONValue) -> HTTPResponse {
        HTTPResponse(
            status: .ok, headers: [.contentLength, .field("Content-Type", "application/json"), .date], body: document.bytes(.goHTMLSafe))
    }

    /// The answer for a failure.
    ///
    /// - Parameter retryAfter: whether a failed identity lookup becomes 503 with `Retry-After: 20` (`--set-retry-after-header`).
    static func failure(_ failure: NMIFailure, retryAfter: Bool) -> HTTPResponse {
        switch failure {
        case .metadataHeaderMissing: headerMissing
        case .resourceEmpty: text(.badRequest, "parameter resource cannot be empty")
        case .podHeadersMissing: text(.badRequest, "missing 'podname' and 'podns' from request header")
        case .invalidPath: text(.badRequest, "Invalid request")
        case .instanceBlocked: text(.forbidden, "Request blocked by AAD Pod Identity NMI")
        case .addressEmpty: text(.internalServerError, "request remote address is empty")
        case .podListEmpty: text(.internalServerError, "pod list is empty")
        case .severalPods(let address, let pods):
            podDump("failed to match pod IP \(address) with [\(pods.map(dump).joined(separator: " "))]")
        case .notFromHost: text(.internalServerError, "request remote address is not from a host")
        case .podUnknown(let pod): lookup("failed to get pod \(pod), error: pod \(pod) doesn't exist", retryAfter)
        case .identityNotFound(let clientID):
            lookup("no azure identity found for request clientID \(ClientIDRedaction.redacted(clientID))", retryAfter)
        case .identityNotCreated(let pod, let clientID, let looks, let seconds):
            lookup(
                (clientID.map { "clientID in request: \(ClientIDRedaction.redacted($0)), " } ?? "")
                    + waited(pod, "CREATED", looks, seconds), retryAfter)
        case .identityNotAssigned(let pod, let looks, let seconds): lookup(waited(pod, "ASSIGNED", looks, seconds), retryAfter)
        case .selectionEmpty: text(.internalServerError, "runtime error: index out of range [0] with length 0")
        case .clientGone: lookup("context canceled", retryAfter)
        case .token(let panic) where failure.isPanic: text(.internalServerError, panic.text)
        case .token(let failure): text(failure.isRefreshError ? .forbidden : .serviceUnavailable, failure.text)
        case .exceptedToken(let failure):
            text(.forbidden, Array("failed to get service principal token, error: ".utf8) + failure.text)
        }
    }

    private static func lookup(_ message: String, _ retryAfter: Bool) -> HTTPResponse {
        retryAfter ? text(.serviceUnavailable, message, retryAfter: "20") : text(.notFound, message)
    }

    /// What the end of the wait says; `<nil>` stands for the error of the last look, of which there is none.
    private static func waited(_ pod: NamespacedName, _ state: String, _ looks: Int, _ seconds: Int) -> String {
        "getting assigned identities for pod \(pod) in \(state) state failed after \(looks) attempts, retry duration [\(seconds)]s, "
            + "error: <nil>. Check MIC pod logs for identity assignment errors"
    }

    /// The only error that is JSON; it ends in a newline all the same.
    private static let headerMissing = HTTPResponse(
        status: .badRequest, headers: [.field("Content-Type", "application/json; charset=utf-8"), .date, .contentLength],
        body: Array(#"{"error":"invalid_request","error_description":"Required metadata header not specified"}"#.utf8) + [0x0a])

    private static func text(_ status: HTTPStatus, _ message: String, retryAfter: String? = nil) -> HTTPResponse {
        text(status, Array(message.utf8), retryAfter: retryAfter)
    }

    private static func text(_ status: HTTPStatus, _ message: [UInt8], retryAfter: String? = nil) -> HTTPResponse {
        GoAnswer.error(status, message, retryAfter.map { [("Retry-After", $0)] } ?? [])
    }

    /// The original's dump of two pods is always over 2 KiB, so it always leaves in chunks; ours is shorter and does too.
    private static func podDump(_ message: String) -> HTTPResponse {
        var response = text(.internalServerError, message)
        response.framing = .chunked
        return response
    }

    /// The beginning of what Go prints of a pod; the rest of the original's dump is uids and timestamps of its API server.
    private static func dump(_ pod: Pod) -> String { "&Pod{ObjectMeta:{\(pod.id.name)  \(pod.id.namespace) }}" }
}
