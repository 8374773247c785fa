import HTTPFetching
import HTTPServing

/// Why there is no token (source: workload-identity.md §2.5).
enum CredentialFailure: Error, Equatable {
    /// `AZURE_FEDERATED_TOKEN_FILE` is not set.
    case tokenFileUnset
    /// The tenant is empty or holds something else than letters, digits, `-` and `.`.
    case tenantInvalid
    /// The authority is not an https URL.
    case authorityNotHTTPS
    /// The authority answered, but not with a token.
    case refused(Exchange)
    /// Anything else, in the original's words.
    case failed(String)

    /// An exchange that ended in a status other than 200 and 201.
    struct Exchange: Equatable {
        let method: String
        /// Scheme, host and path.
        let url: String
        let status: Int
        /// The reason phrase of the status line.
        let reason: String
        let body: [UInt8]
    }

    private static let rule = String(repeating: "-", count: 80)

    /// The body of the answer, without the newline at its end.
    func text(_ words: SidecarBehaviour.Words) -> [UInt8] {
        switch words {
        case .azidentity: azidentityText
        case .msal: msalText
        }
    }

    /// Releases before 1.6 wrap what MSAL says (source: workload-identity.md §2.5).
    private var msalText: [UInt8] {
        switch self {
        case .refused(let exchange):
            Array(
                "failed to acquire token: http call(\(exchange.url))(\(exchange.method)) error: reply status code was \(exchange.status):\n"
                    .utf8) + exchange.body
        case .authorityNotHTTPS: Array("failed to create confidential client app: authority url scheme must be https".utf8)
        case .failed(let text): Array("failed to acquire token: \(text)".utf8)
        // Checks of azidentity's own, which these releases do not make.
        case .tokenFileUnset, .tenantInvalid: azidentityText
        }
    }

    private var azidentityText: [UInt8] {
        switch self {
        case .tokenFileUnset:
            Array("no token file specified. Check pod configuration or set TokenFilePath in the options".utf8)
        case .tenantInvalid:
            Array(
                "invalid tenantID. You can locate your tenantID by following the instructions listed here: https://learn.microsoft.com/partner-center/find-ids-and-domain-names"
                    .utf8)
        case .authorityNotHTTPS: Array("cannot use an authority host without https".utf8)
        case .failed(let text): Array("WorkloadIdentityCredential: \(text)".utf8)
        case .refused(let exchange): Self.report(exchange)
        }
    }

    private static func report(_ exchange: Exchange) -> [UInt8] {
        let body = exchange.body.isEmpty ? Array("Response contained no body".utf8) : GoJSONIndent.indented(exchange.body)
        let reason = exchange.reason.isEmpty ? HTTPStatus(code: exchange.status).reason : exchange.reason
        let head = [
            "WorkloadIdentityCredential authentication failed. ", "\(exchange.method) \(exchange.url)", rule,
            "RESPONSE \(exchange.status): \(exchange.status) \(reason)", rule, "",
        ].joined(separator: "\n")
        let tail = "\n\(rule)\nTo troubleshoot, visit https://aka.ms/azsdk/go/identity/troubleshoot#workload"
        return Array(head.utf8) + body + Array(tail.utf8)
    }

    /// One word for a log, which never holds what the authority said.
    var summary: String {
        switch self {
        case .tokenFileUnset: "AZURE_FEDERATED_TOKEN_FILE is not set"
        case .tenantInvalid: "AZURE_TENANT_ID is not a tenant"
        case .authorityNotHTTPS: "AZURE_AUTHORITY_HOST is not an https URL"
        case .refused(let exchange): "the authority answered \(exchange.status)"
        case .failed: "the exchange failed"
        }
    }
}
