import HTTPServing
import WireFormats

/// What an issuer publishes, in Kubernetes' bytes (source: workload-identity.md §7.4, entra.md §5.3).
enum IssuerDocuments {
    /// The discovery document: compact, without an `authorization_endpoint`, since nobody signs in to a cluster.
    static func discovery(_ issuer: ClusterIssuer) -> JSONValue {
        [
            "issuer": .string(issuer.url), "jwks_uri": .string(issuer.keySetURL), "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
        ]
    }

    /// The key set.
    static func keySet(_ keys: [ServiceAccountKey]) -> JSONValue { ["keys": .array(keys.map(\.jwk))] }

    /// A document as it is sent.
    ///
    /// The header lines stand in the order Go writes them; the API server speaks HTTP/2 otherwise, where no order shows.
    static func response(_ document: JSONValue, type: String) -> HTTPResponse {
        HTTPResponse(
            status: .ok,
            headers: [.field("Cache-Control", "public, max-age=3600"), .field("Content-Type", type), .date, .contentLength],
            body: document.bytes(.goHTMLSafe))
    }
}
