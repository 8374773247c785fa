import Cryptography
import IdentityStore
import Surroundings
import TestAids
import Testing
import TokenIssuance
import TokenVerification
import WireFormats

/// 2026-02-10T09:21:33Z.
private let start = UnixSeconds(1_770_715_293)

private let sharedKeys = Result {
    SigningKeys(signing: try TokenSigningKey.generate(commonName: "test", now: start, entropy: .live))
}

/// A world, the maker of its wrong tokens, and a verifier at any moment.
private struct Bench {
    let store = IdentityStore()
    let wrong: WrongTokens
    let keys: SigningKeys

    init() throws {
        keys = try sharedKeys.get()
        let manifest = """
            {apiVersion: understudy.internal/v1alpha1, kind: Node, metadata: {name: vm}, spec: {systemAssigned: true}}
            ---
            {apiVersion: understudy.internal/v1alpha1, kind: Application, metadata: {name: web}, spec: {clientID: aaaaaaaa-0000-4000-8000-000000000001}}
            ---
            {apiVersion: understudy.internal/v1alpha1, kind: ResourcePrincipal, metadata: {name: orders}, spec: {identifierURIs: ['api://orders'], tokenVersion: 2}}
            """
        try store.load([ManifestFile(path: "world.yaml", bytes: Array(manifest.utf8))])
        let clock = WallClock.frozen(at: start)
        wrong = WrongTokens(issuer: TokenIssuer(keys: keys, clock: clock, entropy: .live), keys: keys, clock: clock, entropy: .live)
    }

    func mint(_ order: JSONValue) throws -> String {
        let order = try MintOrder(order.bytes())
        return try wrong.mint(order.defect, for: order.request(in: store.current), changing: order.changes)
            .reveal { String(decoding: $0, as: UTF8.self) }
    }

    func verdict(_ token: String, at now: UnixSeconds = start) -> TokenVerdict {
        TokenVerifier(keys: keys, clock: .frozen(at: now)).verdict(on: token, in: store.current)
    }
}

@Suite struct WrongTokenTests {
    @Test(
        "a good token is given other times and signed anew, so that only its times are wrong",
        arguments: [(TokenDefect.expired, TokenVerdict.Name.expiry), (.notYetValid, .start)])
    func mistimed(defect: TokenDefect, check: TokenVerdict.Name) throws {
        let bench = try Bench()
        let order = try MintOrder((["defect": "expired", "resource": "https://vault.azure.net"] as JSONValue).bytes())
        let good = try TokenIssuer(keys: bench.keys, clock: .frozen(at: start), entropy: .live).sign(order.request(in: bench.store.current))
        #expect(bench.verdict(String(decoding: good.compact, as: UTF8.self)).checks.filter { !$0.passed }.isEmpty)
        let made = try #require(try bench.wrong.mistimed(SecretBytes(good.compact), defect))
        let text = made.reveal { String(decoding: $0, as: UTF8.self) }
        #expect(bench.verdict(text).checks.filter { !$0.passed }.map(\.name) == [check])
    }

    @Test("nothing is made of what is no token, or of a defect that is not one of time")
    func notMistimed() throws {
        let bench = try Bench()
        #expect(try bench.wrong.mistimed(SecretBytes(Array("a.b".utf8)), .expired)?.description == nil)
        let other = try bench.mint(["defect": "expired", "resource": "https://vault.azure.net"])
        #expect(try bench.wrong.mistimed(SecretBytes(Array(other.utf8)), .tampered)?.description == nil)
    }

    @Test("each defect fails its own check, and only those that follow from it, in both versions", arguments: TokenDefect.allCases)
    func defects(defect: TokenDefect) throws {
        let wanted: [TokenDefect: [TokenVerdict.Name]] = [
            .expired: [.expiry], .notYetValid: [.start], .tampered: [.signature], .wrongKey: [.signature], .unknownKey: [.key, .signature],
            .wrongAudience: [.audience], .wrongIssuer: [.issuer], .unsigned: [.algorithm, .signature],
        ]
        let bench = try Bench()
        for resource in ["https://vault.azure.net", "api://orders"] {
            let token = try bench.mint(["defect": .string(defect.rawValue), "resource": .string(resource)])
            #expect(bench.verdict(token).checks.filter { !$0.passed }.map(\.name) == wanted[defect], "\(resource)")
        }
    }

    @Test("no defect goes away as time goes on", arguments: TokenDefect.allCases)
    func permanence(defect: TokenDefect) throws {
        let bench = try Bench()
        let token = try bench.mint(["defect": .string(defect.rawValue)])
        for hours in [0, 1, 2, 23, 24, 25, 47, 48, 49, 240] as [Int64] {
            #expect(!bench.verdict(token, at: start + hours * 3600).isValid, "\(hours) h")
        }
    }

    @Test("a changed claim is signed by a key that is never published, even where it undoes the defect")
    func changes() throws {
        let bench = try Bench()
        let token = try bench.mint([
            "defect": "expired", "claims": ["exp": .integer(start.rawValue + 3600), "sub": "system:serviceaccount:prod:web", "oid": .null],
        ])
        let verdict = bench.verdict(token)
        #expect(verdict.checks.filter { !$0.passed }.map(\.name) == [.key, .signature])
        #expect(verdict.token?.claims["sub"] == "system:serviceaccount:prod:web")
        #expect(verdict.token?.claims["oid"] == nil)
        #expect(bench.keys.published(at: start).count == 1)
    }

    @Test("what was signed before tampering cannot be put together again from the token")
    func tampering() throws {
        let bench = try Bench()
        let one = try bench.mint(["defect": "tampered"]).split(separator: ".")
        let other = try bench.mint(["defect": "tampered"]).split(separator: ".")
        #expect(one[2] != other[2] && one[1] != other[1])
    }

    @Test("an application's token looks like one for its secret")
    func application() throws {
        let bench = try Bench()
        let token = try bench.mint(["defect": "expired", "client_id": "AAAAAAAA-0000-4000-8000-000000000001"])
        let claims = bench.verdict(token).token?.claims
        #expect(claims?["appid"] == "aaaaaaaa-0000-4000-8000-000000000001" && claims?["appidacr"] == "1")
    }

    @Test(
        "an order that cannot be met is refused with what was found and what is allowed",
        arguments: [
            ("[]", "not a JSON object"), ("{}", "defect: found nothing; allowed: expired, not-yet-valid"),
            (#"{"defect":"late"}"#, "defect: found \"late\""), (#"{"defect":"expired","audience":"x"}"#, "audience: found a member"),
            (#"{"defect":"expired","claims":[]}"#, "claims: found no object"),
            (#"{"defect":"expired","client_id":"a","object_id":"b"}"#, "client_id, object_id: one of them is allowed"),
            (#"{"defect":"expired","client_id":"a"}"#, "client_id: found \"a\""),
            (#"{"defect":"expired","resource":"api://nobody"}"#, "AADSTS500011"),
        ])
    func refusals(body: String, sentence: String) throws {
        let bench = try Bench()
        let refusal = #expect(throws: MintOrder.Refusal.self) {
            _ = try MintOrder(Array(body.utf8)).request(in: bench.store.current)
        }
        #expect(refusal?.description.contains(sentence) == true, "\(refusal?.description ?? "")")
    }
}
