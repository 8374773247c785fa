import Authority
import Cryptography
import HTTPFetching
import Surroundings
import Synchronization
import WireFormats

/// The key and certificate of the application `web`, one whose certificate ended, and one that nobody knows.
let clientKey = Result { try TokenSigningKey.generate(commonName: "web", now: start - 86_400, entropy: .live) }
let expiredKey = Result { try TokenSigningKey.generate(commonName: "old", now: start - 10 * 31_557_600, entropy: .live) }
let strangeKey = Result { try TokenSigningKey.generate(commonName: "strange", now: start, entropy: .live) }

/// A JWT being made, right or wrong in whatever a test likes.
struct Assertion {
    var header: [JSONMember]
    var claims: [JSONMember]
    var algorithm = JWSAlgorithm.rs256
    var isPadded = false
    /// Whether a byte of the payload is changed after it was signed.
    var isTampered = false

    /// What an SDK sends for a certificate, with changes; nil leaves a member out.
    static func certificate(_ changes: [String: JSONValue?] = [:], header: [String: JSONValue?] = [:], key: TokenSigningKey) -> Assertion {
        Assertion(
            header: merged(["alg": "RS256", "typ": "JWT", "x5t": .string(key.keyID)], header),
            claims: merged(
                [
                    "aud": .string("https://login.microsoftonline.com/\(tenant)/oauth2/v2.0/token"), "iss": .string(web),
                    "sub": .string(web), "jti": "j", "nbf": .integer(start.rawValue), "exp": .integer(start.rawValue + 600),
                ], changes))
    }

    /// What a kubelet writes, with changes.
    static func projected(_ changes: [String: JSONValue?] = [:], header: [String: JSONValue?] = [:]) -> Assertion {
        Assertion(
            header: merged(["alg": "RS256", "kid": "k1"], header),
            claims: merged(
                [
                    "aud": ["api://AzureADTokenExchange"], "iss": .string(clusterIssuer), "sub": "system:serviceaccount:prod:web",
                    "iat": .integer(start.rawValue), "nbf": .integer(start.rawValue), "exp": .integer(start.rawValue + 3600),
                ], changes))
    }

    private static func merged(_ members: [(String, JSONValue)], _ changes: [String: JSONValue?]) -> [JSONMember] {
        let kept = members.compactMap { name, value in
            changes.keys.contains(name) ? (changes[name] ?? nil).map { JSONMember(name, $0) } : JSONMember(name, value)
        }
        let added = changes.filter { change in !members.contains { $0.0 == change.key } }
        return kept + added.sorted { $0.key < $1.key }.compactMap { name, value in value.map { JSONMember(name, $0) } }
    }

    private static func merged(_ members: KeyValuePairs<String, JSONValue>, _ changes: [String: JSONValue?]) -> [JSONMember] {
        merged(members.map { ($0.key, $0.value) }, changes)
    }

    func signed(by key: TokenSigningKey) throws -> String {
        func part(_ members: [JSONMember]) -> String {
            let bytes = JSONValue.object(members).bytes()
            guard isPadded else { return Base64.encodeURL(bytes) }
            return Base64.encode(bytes).replacing("+", with: "-").replacing("/", with: "_")
        }
        let signed = part(header) + "." + part(claims)
        let signature = Base64.encodeURL(try key.key.sign(Array(signed.utf8), algorithm))
        guard isTampered else { return signed + "." + signature }
        return part(header) + "." + part(claims + [JSONMember("extra", true)]) + "." + signature
    }
}

let clusterIssuer = "https://oidc.example/cluster/"

/// A key as a set publishes it.
func publicKey(_ key: TokenSigningKey, _ keyID: String) -> JSONValue {
    [
        "use": "sig", "kty": "RSA", "kid": .string(keyID), "alg": "RS256", "n": .string(Base64.encodeURL(key.key.publicKey.modulus)),
        "e": .string(Base64.encodeURL(key.key.publicKey.exponent)),
    ]
}

/// The documents of issuers, as a test writes them, and what was asked for.
final class ScriptedIssuers: Sendable {
    typealias Answer = Result<FetchResponse, FetchError>
    private let answers: Mutex<[String: Answer]>
    private let asked = Mutex<[FetchRequest]>([])

    init(_ answers: [String: Answer] = [:]) { self.answers = Mutex(answers) }

    /// The documents of the cluster: a discovery document, and a key set with these keys.
    static func cluster(_ keys: [JSONValue], discovery changes: [String: JSONValue] = [:]) -> ScriptedIssuers {
        let issuers = ScriptedIssuers()
        issuers.publish(keys, discovery: changes)
        return issuers
    }

    func publish(_ keys: [JSONValue], discovery changes: [String: JSONValue] = [:]) {
        let document: [String: JSONValue] = [
            "issuer": .string(clusterIssuer), "jwks_uri": .string(clusterIssuer + "openid/v1/jwks"),
            "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
        ].merging(changes) { $1 }
        set(clusterIssuer + ".well-known/openid-configuration", .object(document.map { JSONMember($0.key, $0.value) }))
        set(clusterIssuer + "openid/v1/jwks", ["keys": .array(keys)])
    }

    func set(_ url: String, _ document: JSONValue) { set(url, .success(FetchResponse(status: 200, headers: [], body: document.bytes()))) }

    func set(_ url: String, _ answer: Answer) { answers.withLock { $0[url] = answer } }

    /// The URLs that were asked for, in order.
    var urls: [String] { asked.withLock { $0.map(\.url) } }

    /// The requests that were made, in order.
    var requests: [FetchRequest] { asked.withLock { $0 } }

    var fetch: IssuerFetch {
        { request throws(FetchError) in
            self.asked.withLock { $0.append(request) }
            let answer = self.answers.withLock { $0[request.url] }
            return try (answer ?? .failure(.couldNotConnect(url: request.url, reason: "nobody is there"))).get()
        }
    }
}
