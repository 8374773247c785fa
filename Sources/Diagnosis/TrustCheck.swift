/// Whether clients on this host would trust the running server's CA, each in the way it looks for one.
public enum TrustCheck {
    /// Where a family of clients looks for authorities (source: sdk-clients.md §5.7).
    private struct Store: Sendable {
        let variable: String
        let clients: String
    }

    private static let stores = [
        Store(variable: "REQUESTS_CA_BUNDLE", clients: "Python (sync), azure-cli, MSAL"),
        Store(variable: "SSL_CERT_FILE", clients: "Go, .NET, Python (async), object_store"),
        Store(variable: "NODE_EXTRA_CA_CERTS", clients: "Node"),
    ]
    private static let systemClients = "C++, and Go, .NET and object_store without SSL_CERT_FILE"

    /// Debian's file; other systems keep a bundle of that name as a link.
    public static let systemStore = "/etc/ssl/certs/ca-certificates.crt"

    /// Judges the variables that name bundles, and the system's store.
    ///
    /// - Parameters:
    ///   - authority: the CA's certificate in PEM; nil when no server runs that could give it.
    ///   - environment: the workload's.
    ///   - read: a file's text; nil when it cannot be read.
    public static func findings(authority: String?, environment: [String: String], read: (String) -> String?) -> [Finding] {
        // Who has these asks the authority over TLS; others ask the metadata service alone, which is plain HTTP.
        let isNeeded = ["AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST"].contains { environment[$0]?.isEmpty == false }
        var findings: [Finding] = []
        var without: [String] = []
        for store in stores {
            guard let file = environment[store.variable], !file.isEmpty else {
                without.append("\(store.variable) is not set (\(store.clients))")
                continue
            }
            guard let text = read(file) else {
                findings.append(
                    Finding(
                        .trust, .problem,
                        "\(store.variable) names \(file), which cannot be read: HTTPS fails, or trusts too little, in \(store.clients)",
                        fix: "unset \(store.variable), or name the server's CA: eval \"$(understudy env)\""))
                continue
            }
            guard let authority else { continue }
            if holds(text, authority) {
                findings.append(Finding(.trust, .good, "\(store.variable) holds the server's CA: \(store.clients) trust the authority"))
            } else {
                findings.append(
                    Finding(
                        .trust, isNeeded ? .problem : .note,
                        "\(store.variable) names \(file), without the server's CA: \(store.clients) do not trust the authority",
                        fix: "name a bundle with the server's CA in it: understudy env trust"))
            }
        }
        guard let authority else { return findings }
        if read(systemStore).map({ holds($0, authority) }) == true {
            findings.append(Finding(.trust, .good, "the system's store holds the server's CA: \(systemClients) trust the authority"))
        } else {
            without.append("the system's store lacks it (\(systemClients))")
        }
        if !without.isEmpty {
            findings.append(
                Finding(.trust, .note, "the server's CA is not everywhere: \(without.joined(separator: "; "))", fix: "understudy env trust")
            )
        }
        return findings
    }

    private static func holds(_ bundle: String, _ certificate: String) -> Bool {
        bundle.filter { !$0.isWhitespace }.contains(certificate.filter { !$0.isWhitespace })
    }
}
