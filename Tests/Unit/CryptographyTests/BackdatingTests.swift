import Cryptography
import Surroundings
import Testing

@Suite struct BackdatingTests {
    private let authority: CertificateAuthority

    init() throws {
        authority = try CertificateAuthority.create(commonName: "Understudy CA", now: testInstant, entropy: countingEntropy)
    }

    @Test(
        "a leaf can begin long before it is made, but not before its authority",
        arguments: [(86_400, 86_400), (1_000_000_000, 315_576_000)])
    func leaf(seconds: Int64, earlier: Int64) throws {
        let leaf = try authority.issueServerLeaf(
            names: ["a.test"], now: testInstant, backdatedSeconds: seconds, lifetimeSeconds: 60, entropy: countingEntropy
        ).leaf
        #expect(leaf.notBefore == testInstant - earlier)
    }

    @Test("an authority is valid as long before as after, and so is one below it")
    func authorities() throws {
        #expect(testInstant - authority.certificate.notBefore == authority.certificate.notAfter - testInstant)
        let issuing = try IssuingAuthority(
            certifying: .generate(), under: authority, commonName: "below", now: testInstant, entropy: countingEntropy)
        #expect(issuing.certificate.notBefore == authority.certificate.notBefore)
    }
}
