import IdentityModel
import IdentityStore
import TokenIssuance

extension Principal {
    /// The identity as a sentence names it.
    package var described: String {
        switch category {
        case .systemAssigned: "The system-assigned identity of \(name)"
        case .userAssigned: "The user-assigned identity \(name) (client id \(clientID))"
        case .servicePrincipal: "The service principal \(name) (client id \(clientID))"
        }
    }
}

extension MetadataFailure {
    /// Whether the caller asked well and was denied; otherwise the request itself was at fault.
    var isRefusal: Bool {
        switch self {
        case .identityNotFound, .severalIdentities, .entra, .eventUnknown: true
        default: false
        }
    }

    /// Why, in a sentence for the journal: what was looked for, and what there is.
    func explanation(query: TokenQuery, snapshot: IdentitySnapshot) -> String {
        switch self {
        case .metadataHeaderMissing: "The request has no header Metadata: true."
        case .forwarded: "The request has a header X-Forwarded-For, so it may come from outside the machine."
        case .parameterRepeated(let name, _): "The query parameter \(name) stands there more than once."
        case .methodNotAllowed(let method, _): "The method \(method) is not taken here."
        case .versionUnknown: "The parameter api-version is missing or is none that this path knows."
        case .credentialVersionUnknown(let version): "The parameter cred-api-version is \(version ?? "missing"); 2.0 is known."
        case .pathUnknown: "There is no such path in the version that was asked for."
        case .leafNeedsText(let path): "/\(path) is a single value, which is served with format=text only."
        case .formatUnknown(let format): "The format \(format) is not one that this path has."
        case .loadBalancer(let failure): failure.explanation
        case .throttled(.instance): "More than \(RateLimits.perSecond) requests came within a second."
        case .throttled(.identity):
            "More than \(RateLimits.identityPerSecond) identity requests came within a second, or more than \(RateLimits.identityAtOnce) at once."
        case .turnedAwayAtFrontEnd: "The host's front end turns away HEAD requests and paths outside /metadata."
        case .resourceMissing: "The parameter resource is missing or empty."
        case .identityNotFound:
            if let selector = query.selectors.first {
                "No identity of \(snapshot.node.node.name) has \(selector.kind.rawValue) \(selector.value); it has "
                    + "\(Self.identities(of: snapshot))."
            } else {
                "\(snapshot.node.node.name) has no identity."
            }
        case .severalIdentities:
            "\(snapshot.node.node.name) has several user-assigned identities and no system-assigned one; the request names none of "
                + "\(Self.identities(of: snapshot))."
        case .selectorsExclusive: "The request names its identity in two ways that exclude one another."
        case .entra(let error): "The token service refused: AADSTS\(error.code), \(error.message)"
        case .startRequestsMalformed(let reason): "The body is not {\"StartRequests\":[{\"EventId\":\"…\"}]}: \(reason)."
        case .eventUnknown(let id): "No client was told of an event with the id \(id.prefix(80)), so nothing was approved."
        case .nonceUnacceptable(let problem): "The parameter nonce \(problem)."
        case .credentialRequest(let failure): failure.description
        case .tokenUnavailable: "No token could be made."
        case .documentUnavailable: "No attested document could be made."
        case .credentialUnavailable: "No certificate could be issued."
        }
    }

    /// The node's identities in words, at most eight of them.
    private static func identities(of snapshot: IdentitySnapshot) -> String {
        let shown = 8
        let known = [snapshot.node.systemAssigned].compactMap { $0 } + snapshot.userAssigned(limit: shown + 1)
        guard !known.isEmpty else { return "none" }
        let names = known.prefix(shown).map { "\($0.name) (client id \($0.clientID))" }.joined(separator: ", ")
        return known.count > shown ? names + ", and more" : names
    }
}
