import IdentityModel
import TokenIssuance
import WireFormats

/// OpenID discovery documents in the member order of the captures (source: entra.md §1.2, §1.3).
///
/// Issuers are the real-looking ones that tokens carry; every other URL leads back to the host the client asked, so that a verifier
/// that reached the document also reaches the keys.
struct DiscoveryDocument {
    let directory: Directory
    /// The cloud of the directory, or of the host that was asked.
    let cloud: Cloud
    /// `host` or `host:port`.
    let host: String

    private var base: String { "https://\(host)/\(directory.pathSegment)" }

    /// A tenant tells its region, `common` does not.
    private var region: JSONValue {
        switch directory {
        case .tenant: "WW"
        case .any, .consumers: .null
        }
    }

    private static let authenticationMethods: JSONValue = ["client_secret_post", "private_key_jwt", "client_secret_basic"]

    /// `/{tenant}/v2.0/.well-known/openid-configuration`.
    var v2: JSONValue {
        [
            "token_endpoint": .string("\(base)/oauth2/v2.0/token"),
            "token_endpoint_auth_methods_supported": Self.authenticationMethods,
            "jwks_uri": .string("\(base)/discovery/v2.0/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": .string(Issuer.v2(directory.issuerTenant, cloud)),
            "request_uri_parameter_supported": false,
            "userinfo_endpoint": .string("https://\(cloud.graphHost)/oidc/userinfo"),
            "authorization_endpoint": .string("\(base)/oauth2/v2.0/authorize"),
            "device_authorization_endpoint": .string("\(base)/oauth2/v2.0/devicecode"),
            "http_logout_supported": true,
            "frontchannel_logout_supported": true,
            "end_session_endpoint": .string("\(base)/oauth2/v2.0/logout"),
            "claims_supported": [
                "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp",
                "iat",
                "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email",
            ],
            "kerberos_endpoint": .string("\(base)/kerberos"),
            "tenant_region_scope": region,
            "cloud_instance_name": .string(cloud.instanceName),
            "cloud_graph_host_name": "graph.windows.net",
            "msgraph_host": .string(cloud.graphHost),
            "rbac_url": .string(cloud.accessURL),
        ]
    }

    /// `/{tenant}/.well-known/openid-configuration`.
    var v1: JSONValue {
        [
            "token_endpoint": .string("\(base)/oauth2/token"),
            "token_endpoint_auth_methods_supported": Self.authenticationMethods,
            "jwks_uri": .string("\(base)/discovery/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "token id_token", "token"],
            "scopes_supported": ["openid"],
            "issuer": .string(Issuer.v1(directory.issuerTenant, cloud)),
            "microsoft_multi_refresh_token": true,
            "authorization_endpoint": .string("\(base)/oauth2/authorize"),
            "device_authorization_endpoint": .string("\(base)/oauth2/devicecode"),
            "http_logout_supported": true,
            "frontchannel_logout_supported": true,
            "end_session_endpoint": .string("\(base)/oauth2/logout"),
            "claims_supported": [
                "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp",
                "iat",
                "auth_time", "acr", "amr", "nonce", "email", "given_name", "family_name", "nickname",
            ],
            "check_session_iframe": .string("\(base)/oauth2/checksession"),
            "userinfo_endpoint": .string("\(base)/openid/userinfo"),
            "kerberos_endpoint": .string("\(base)/kerberos"),
            "tenant_region_scope": region,
            "cloud_instance_name": .string(cloud.instanceName),
            "cloud_graph_host_name": "graph.windows.net",
            "msgraph_host": .string(cloud.graphHost),
            "rbac_url": .string(cloud.accessURL),
        ]
    }
}
