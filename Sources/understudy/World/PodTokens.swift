import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import ManagedIdentitySources
import PodIdentity
import Surroundings
import WireFormats

/// The tokens of pods: in the plane pod-identity a source gives its caller what NMI gives it, by the same bindings.
///
/// No real source stands in front of NMI; but Go and Rust clients cannot be led to a metadata service elsewhere than at its own address,
/// and through a source they get the pod's identity all the same (source: sdk-clients.md §4).
struct PodTokens: CallerTokens {
    let podIdentity: PodIdentityService

    func answer(_ ask: SourceAsk, in snapshot: IdentitySnapshot) -> SourceAnswer {
        let request = HTTPRequest(
            method: "GET", target: Self.target(ask, snapshot), headers: [("Host", "169.254.169.254"), ("Metadata", "true")], body: [],
            peer: ask.request.peer)
        switch podIdentity.respondUnrecorded(to: request, in: snapshot) {
        case .now(let response, let decision): return .now(Self.verdict(response, decision, ask))
        case .later(let work):
            return .later {
                let (response, decision) = await work()
                return Self.verdict(response, decision, ask)
            }
        }
    }

    /// NMI's own question.
    ///
    /// NMI reads no object id: it is asked for the client id of that principal, or for one that no identity has.
    private static func target(_ ask: SourceAsk, _ snapshot: IdentitySnapshot) -> String {
        let identity: (String, String)? = ask.selector.map { selector in
            switch selector.meaning {
            case .clientID: ("client_id", selector.value)
            case .objectID: ("client_id", snapshot.assigned(objectID: selector.value)?.clientID ?? selector.value)
            case .resourceID: ("msi_res_id", selector.value)
            }
        }
        let named = identity.map { "&\($0.0)=\(Percent.encodeQuery($0.1))" } ?? ""
        return "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=\(Percent.encodeQuery(ask.resource))\(named)"
    }

    private static func verdict(_ response: HTTPResponse, _ decision: Decision?, _ ask: SourceAsk) -> SourceVerdict {
        let result = result(response, ask)
        guard let decision else { return SourceVerdict(result, reason: "NMI answered \(response.status.code).") }
        var verdict = SourceVerdict(result, reason: decision.reason())
        verdict.pod = decision.pod
        verdict.principal = decision.principal
        verdict.matched = decision.matched
        verdict.rejected = decision.rejected
        verdict.waitMilliseconds = decision.waitMilliseconds
        verdict.quirks = decision.quirks
        return verdict
    }

    private static func result(_ response: HTTPResponse, _ ask: SourceAsk) -> Result<SourceGrant, SourceFailure> {
        guard response.status == .ok else {
            // NMI says 403 when the token service refused, and 404 or 500 when it found no pod or no identity for it.
            switch response.status {
            case .forbidden: return .failure(.tokenRefused(nil))
            case .serviceUnavailable: return .failure(.tokenUnavailable)
            default: return .failure(.identityNotFound)
            }
        }
        guard let document = try? JSONValue(parsing: response.body),
            // With tokens of further tenants it is a list, the primary one's first.
            let grant = grant(document.elements?.first ?? document, ask)
        else { return .failure(.tokenUnavailable) }
        return .success(grant)
    }

    /// What a source repeats of a token stands in its claims, but for what NMI says beside it.
    private static func grant(_ document: JSONValue, _ ask: SourceAsk) -> SourceGrant? {
        guard let token = document["access_token"]?.text, let expires = document["expires_on"]?.text.flatMap({ Int64($0) }),
            let part = token.split(separator: ".").dropFirst().first, let bytes = Base64.decode(part),
            let claims = try? JSONValue(parsing: bytes)
        else { return nil }
        return SourceGrant(
            token: SecretBytes(Array(token.utf8)), identifier: claims["uti"]?.text ?? "",
            notBefore: UnixSeconds(document["not_before"]?.text.flatMap { Int64($0) } ?? expires), expires: UnixSeconds(expires),
            clientID: claims["appid"]?.text ?? claims["azp"]?.text ?? "", objectID: claims["oid"]?.text ?? "",
            resourceID: claims["xms_mirid"]?.text, resource: ask.resource)
    }
}
