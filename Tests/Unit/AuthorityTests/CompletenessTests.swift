import Testing
import TokenIssuance
import WireFormats

@Suite struct CompletenessTests {
    /// Rows whose transcripts are not in a table, because they need a world or a request of their own.
    private static let elsewhere: [Int: String] = [
        50_049: "InstanceDiscoveryTests", 50_050: "InstanceDiscoveryTests", 500_501: "InstanceDiscoveryTests",
        500_502: "InstanceDiscoveryTests", 900_561: "TranscriptTests.verbs", 9_002_313: "TranscriptTests.bodies",
        70_025: "FederationTests.noCredential", 70_021: "FederationTests.propagation", 50_166: "FederationTests.documents",
        501_661: "FederationTests.documents", 900_612: "FederationTests.documents", 700_214: "EntraAssertionTests.credentials",
        700_263: "EntraAssertionTests.credentials", 700_222: "EntraAssertionTests.refuses", 700_226: "EntraAssertionTests.refuses",
        700_231: "EntraAssertionTests.chain", 700_236: "EntraAssertionTests.refuses", 700_238: "EntraAssertionTests.refuses",
        // Our own fault: a key that cannot sign cannot be made here.
        90_033: "none",
    ]

    @Test("every row of the table has a transcript of its own text", arguments: AADSTS.all)
    func covered(row: AADSTS) {
        let told =
            TranscriptTests.all.map { ($0.code, $0.error, $0.message) } + CertificateTests.refused.map { ($0.code, $0.error, $0.message) }
            + FederationTests.refused.map { ($0.code, $0.error, $0.message) }
        let found = told.contains { $0.0 == row.code && $0.1 == row.error && Self.fits($0.2, row.template) }
        // The discovery's form of 90002 is in AuthorityTests.unknownTenant.
        #expect(found || Self.elsewhere[row.code] != nil || row.error == "invalid_tenant", "AADSTS\(row.code) \(row.when)")
    }

    @Test("no two rows say the same, each fits its code's shape, and ours are marked")
    func rows() {
        #expect(Set(AADSTS.all).count == AADSTS.all.count)
        for row in AADSTS.all {
            #expect([400, 401, 503].contains(row.status) && row.code > 0 && !row.when.isEmpty && !row.template.contains("\""))
        }
        #expect(Set(AADSTS.all.filter { $0.provenance == .ours }.map(\.code)) == [700_214, 700_238, 700_263])
    }

    /// Whether a message is the template with something in each place.
    private static func fits(_ message: String, _ template: String) -> Bool {
        var rest = message[...]
        for (index, piece) in template.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
            let literal = index == 0 ? piece : piece[piece.index(after: piece.firstIndex(of: "}") ?? piece.startIndex)...]
            if index == 0 {
                guard rest.hasPrefix(literal) else { return false }
                rest = rest.dropFirst(literal.count)
            } else {
                guard !literal.isEmpty else { continue }
                guard let found = rest.firstRange(of: literal) else { return false }
                rest = rest[found.upperBound...]
            }
        }
        return template.hasSuffix("}") || rest.isEmpty
    }
}
