public import HTTPFetching
import TokenIssuance
import WireFormats

/// How the authority fetches: `HTTPFetcher().fetch` in a server, whatever a test likes in a test.
public typealias IssuerFetch = @Sendable (FetchRequest) async throws(FetchError) -> FetchResponse

/// Fetches an issuer's keys by way of its discovery document, https only and within bounds (source: workload-identity.md §5.3).
struct IssuerDocuments: Sendable {
    private static let timeoutSeconds = 10
    private static let maximumBytes = 256 << 10
    private static let maximumRedirects = 3

    let fetch: IssuerFetch

    /// The keys that `issuer` publishes.
    ///
    /// - Parameter trustedCAFile: the only authorities to trust; nil for the system's.
    func keys(of issuer: String, trustedCAFile: String?) async throws(EntraError) -> IssuerKeySet {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let discovery = try await get(base + "/.well-known/openid-configuration", trustedCAFile)
        guard let document = try? JSONValue(parsing: discovery) else {
            throw .issuerDocumentUnacceptable(because: "the discovery document of \(issuer) is no JSON")
        }
        return try IssuerKeySet(parsing: try await get(try Self.keysURL(document, issuer: issuer), trustedCAFile))
    }

    /// Where the keys are, when the document is one that Entra takes.
    static func keysURL(_ document: JSONValue, issuer: String) throws(EntraError) -> String {
        guard let told = document["issuer"]?.text, told.utf8.elementsEqual(issuer.utf8) else {
            throw .issuerDocumentUnacceptable(
                because: "the discovery document of \(issuer) says its issuer is \(document["issuer"]?.text ?? "nothing")")
        }
        // Absent is fine, Kubernetes has none; empty is not.
        guard document["authorization_endpoint"] != "", document["subject_types_supported"] != [] else {
            throw .issuerDocumentUnacceptable(
                because: "the discovery document of \(issuer) has an empty authorization_endpoint or subject_types_supported")
        }
        guard let url = document["jwks_uri"]?.text else {
            throw .issuerDocumentUnacceptable(because: "the discovery document of \(issuer) has no jwks_uri")
        }
        return url
    }

    /// Follows redirects itself, so that none leads away from https.
    private func get(_ url: String, _ trustedCAFile: String?) async throws(EntraError) -> [UInt8] {
        var url = url
        for _ in 0...Self.maximumRedirects {
            guard url.lowercased().hasPrefix("https://") else { throw .issuerUnreachable(because: "\(url) is not https") }
            let request = FetchRequest(
                url: url, headers: [("User-Agent", "understudy-authority")], timeoutSeconds: Self.timeoutSeconds,
                maximumBytes: Self.maximumBytes, trustedCAFile: trustedCAFile)
            let response: FetchResponse
            do {
                response = try await fetch(request)
            } catch {
                throw .issuerUnreachable(because: error.description)
            }
            switch response.status {
            case 200: return response.body
            case 301, 302, 303, 307, 308:
                guard let next = response.header("Location") else { throw .issuerUnreachable(because: "\(url) redirects to nowhere") }
                url = next.hasPrefix("/") ? Self.origin(of: url) + next : next
            default: throw .issuerUnreachable(because: "\(url) answered \(response.status)")
            }
        }
        throw .issuerUnreachable(because: "more than \(Self.maximumRedirects) redirects, the last to \(url)")
    }

    private static func origin(of url: String) -> String {
        let rest = url.dropFirst("https://".count)
        return "https://" + rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    }
}
