import Diagnosis
import Testing

private let ours = "-----BEGIN CERTIFICATE-----\nT3Vycw==\n-----END CERTIFICATE-----\n"
private let theirs = "-----BEGIN CERTIFICATE-----\nVGhlaXJz\n-----END CERTIFICATE-----\n"

private func findings(_ environment: [String: String], authority: String? = ours, system: String? = nil) -> [Finding] {
    let files = [
        "/ours": theirs + ours.split(separator: "\n").joined(separator: "\r\n"), "/theirs": theirs, TrustCheck.systemStore: system,
    ]
    return TrustCheck.findings(authority: authority, environment: environment) { files[$0] ?? nil }
}

@Suite struct TrustTests {
    @Test(
        "each variable's bundle is looked into, and its clients are named",
        arguments: [
            ("REQUESTS_CA_BUNDLE", "azure-cli"), ("SSL_CERT_FILE", "Go"), ("NODE_EXTRA_CA_CERTS", "Node"),
        ])
    func variables(name: String, client: String) throws {
        let good = try #require(findings([name: "/ours"]).first)
        #expect(good.verdict == .good && good.text.contains(client))
        let lacking = try #require(findings([name: "/theirs"]).first)
        #expect(lacking.verdict == .note && lacking.text.contains("without the server's CA"))
        let missing = try #require(findings([name: "/missing"], authority: nil).first)
        #expect(missing.verdict == .problem && missing.text.contains("cannot be read"))
        #expect(findings([name: "/ours"]).allSatisfy { !$0.text.contains("\(name) is not set") })
    }

    @Test(
        "a bundle without the CA is a problem for a workload that asks the authority",
        arguments: ["AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST"])
    func needed(name: String) {
        #expect(findings(["SSL_CERT_FILE": "/theirs", name: "x"]).contains { $0.verdict == .problem })
        #expect(!findings(["SSL_CERT_FILE": "/theirs", name: ""]).contains { $0.verdict == .problem })
    }

    @Test("the system's store counts, and what lacks the CA is told in one note")
    func system() throws {
        let trusted = findings([:], system: theirs + ours)
        #expect(trusted.count == 2 && trusted[0].verdict == .good && trusted[0].text.contains("C++"))
        let note = try #require(findings([:], system: theirs).last)
        #expect(
            note.verdict == .note && note.text.contains("NODE_EXTRA_CA_CERTS is not set") && note.text.contains("system's store lacks it"))
    }

    @Test("without a server only what cannot be read is told")
    func withoutServer() {
        #expect(findings(["SSL_CERT_FILE": "/theirs"], authority: nil, system: theirs).isEmpty)
    }
}
