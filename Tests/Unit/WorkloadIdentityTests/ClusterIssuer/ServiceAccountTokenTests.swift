import Cryptography
import IdentityModel
import IdentityStore
import Surroundings
import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite struct ServiceAccountTokenTests {
    static let issuerURL =
        "https://westeurope.oic.prod-aks.azure.com/11111111-2222-4333-8444-555555555555/99999999-0000-4000-8000-000000000001/"

    static func issuer(extends: Bool = false) throws -> ClusterIssuer {
        let world = try store(
            object(
                "understudy.internal/v1alpha1", "Cluster", "name: dev",
                "spec: {issuer: '\(issuerURL)', emulated: true, extendsTokens: \(extends)}"))
        guard let issuer = ClusterIssuer.all(in: world.current, authority: "https://localhost").first else { throw Absent() }
        return issuer
    }

    static func token(
        audiences: [String] = ["api://AzureADTokenExchange"], seconds: Int64 = 3600, bound: Bool = true, extends: Bool = false
    ) throws -> ServiceAccountToken {
        let world = try store(workload)
        let request = try ServiceAccountTokenRequest(
            account: world.account("prod/web"), audiences: audiences, expirationSeconds: seconds,
            boundPod: bound ? .init(world.pod("prod/web-0"), node: "aks-0") : nil)
        return try ServiceAccountToken(
            request, issuer: issuer(extends: extends), key: sharedKeys.get()[0], now: start, entropy: Entropy { 0x0123_4567_89ab_cdef })
    }

    @Test("a pod's token has Kubernetes' header and claims, in its order")
    func podToken() throws {
        let token = try Self.token()
        let (header, payload) = try parts(token)
        let node = DerivedIDs.uid(of: ObjectKey(kind: .node, name: "aks-0"))
        #expect(header == #"{"alg":"RS256","kid":"\#(try sharedKeys.get()[0].keyID)"}"#)
        #expect(
            payload
                == #"{"aud":["api://AzureADTokenExchange"],"exp":1770718893,"iat":1770715293,"iss":"\#(Self.issuerURL)","#
                + #""jti":"\#(token.identifier)","kubernetes.io":{"namespace":"prod","node":{"name":"aks-0","uid":"\#(node)"},"#
                + #""pod":{"name":"web-0","uid":"6a1c7e52-0000-4000-8000-000000000002"},"#
                + #""serviceaccount":{"name":"web","uid":"6a1c7e52-0000-4000-8000-000000000001"}},"nbf":1770715293,"#
                + #""sub":"system:serviceaccount:prod:web"}"#)
        let text = String(decoding: token.compact.reveal { $0 }, as: UTF8.self)
        #expect(JSONWebSignature.verifyRS256(compact: text, key: try sharedKeys.get()[0].publicKey))
        #expect(!JSONWebSignature.verifyRS256(compact: text, key: try sharedKeys.get()[1].publicKey))
    }

    @Test("a token that is bound to nothing names only the account")
    func unbound() throws {
        let (_, payload) = try parts(try Self.token(bound: false))
        #expect(
            payload.contains(
                #""kubernetes.io":{"namespace":"prod","serviceaccount":{"name":"web","uid":"6a1c7e52-0000-4000-8000-000000000001"}},"#))
    }

    @Test("several audiences stay a list in their order, and none means the API server, which is the issuer")
    func audiences() throws {
        #expect(try parts(try Self.token(audiences: ["b", "a"])).payload.hasPrefix(#"{"aud":["b","a"],"#))
        #expect(try parts(try Self.token(audiences: [])).payload.hasPrefix(#"{"aud":["\#(Self.issuerURL)"],"#))
    }

    @Test(
        "only a pod's token of 3607 seconds for the API server lives a year, where the cluster lengthens tokens",
        arguments: [
            (3607, true, [], true, true), (3607, true, [], false, false), (3606, true, [], true, false), (3607, false, [], true, false),
            (3607, true, ["api://AzureADTokenExchange"], true, false),
        ] as [(Int64, Bool, [String], Bool, Bool)])
    func extended(seconds: Int64, bound: Bool, audiences: [String], extends: Bool, lengthened: Bool) throws {
        let token = try Self.token(audiences: audiences, seconds: seconds, bound: bound, extends: extends)
        let payload = try parts(token).payload
        #expect(payload.contains(#""warnafter":\#((start + seconds).rawValue)}"#) == lengthened)
        #expect(payload.contains(#""exp":\#((start + (lengthened ? 365 * 86_400 : seconds)).rawValue),"#))
        // What the kubelet is told does not change.
        #expect(token.expires == start + seconds)
    }

    @Test(
        "lives outside Kubernetes' bounds are refused in its words",
        arguments: [
            (599, "spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes"),
            (-1, "spec.expirationSeconds: Invalid value: -1: may not specify a duration less than 10 minutes"),
            (4_294_967_297, "spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds"),
        ] as [(Int64, String)])
    func bounds(seconds: Int64, message: String) throws {
        let refusal = #expect(throws: TokenRequestRefusal.self) { try Self.token(seconds: seconds) }
        #expect(refusal?.description == message)
    }

    @Test(
        "a life of more than a day is shortened to one, with the API server's warning",
        arguments: [
            (600, 600, nil), (86_400, 86_400, nil), (86_401, 86_400, "requested expiration of 86401 seconds shortened to 86400 seconds"),
            (4_294_967_296, 86_400, "requested expiration of 4294967296 seconds shortened to 86400 seconds"),
        ] as [(Int64, Int64, String?)])
    func cap(asked: Int64, granted: Int64, warning: String?) throws {
        let request = try ServiceAccountTokenRequest(account: store(workload).account("prod/web"), audiences: [], expirationSeconds: asked)
        #expect(request.expirationSeconds == granted)
        #expect(request.warning == warning)
    }

    @Test("a pod of another account is refused in Kubernetes' words")
    func otherAccount() throws {
        let world = try store(workload + object("v1", "ServiceAccount", "name: other, namespace: prod"))
        let refusal = #expect(throws: TokenRequestRefusal.self) {
            try ServiceAccountTokenRequest(
                account: world.account("prod/other"), audiences: [], boundPod: .init(world.pod("prod/web-0"), node: nil))
        }
        #expect(refusal?.description == #"cannot bind token for serviceaccount "other" to pod running with different serviceaccount name."#)
    }

    @Test("a token is not shown by description or dump")
    func redacted() throws {
        var shown = ""
        dump(try Self.token(), to: &shown)
        #expect(!shown.contains("eyJ"))
    }
}
