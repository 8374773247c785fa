/// How each client comes to trust the CA (source: sdk-clients.md §5.7, where all rows but .NET and Java were run).
struct TrustAdvice {
    /// Who.
    private let clients: String
    /// By what, in a few words.
    private let means: String
    /// Commands for a shell; `$ca` is the CA's file.
    private let commands: [String]

    private static let all = [
        TrustAdvice(
            clients: "Python requests: azure-identity, MSAL, azure-cli", means: "REQUESTS_CA_BUNDLE",
            commands: ["export REQUESTS_CA_BUNDLE=\"$ca\""]),
        TrustAdvice(
            clients: "Python aiohttp: azure-identity.aio", means: "SSL_CERT_FILE", commands: ["export SSL_CERT_FILE=\"$ca\""]),
        TrustAdvice(clients: "Go", means: "SSL_CERT_FILE, or the system's store", commands: ["export SSL_CERT_FILE=\"$ca\""]),
        TrustAdvice(
            clients: "Rust: object_store, OpenDAL", means: "SSL_CERT_FILE; of azure_identity nothing is known",
            commands: ["export SSL_CERT_FILE=\"$ca\""]),
        TrustAdvice(clients: "Node", means: "NODE_EXTRA_CA_CERTS", commands: ["export NODE_EXTRA_CA_CERTS=\"$ca\""]),
        TrustAdvice(
            clients: ".NET on Linux", means: "SSL_CERT_FILE, or the system's store (not tried)", commands: ["export SSL_CERT_FILE=\"$ca\""]),
        TrustAdvice(
            clients: "C++ (libcurl)", means: "the system's store alone: understudy env trust",
            commands: [
                "sudo install -m 644 \"$ca\" /usr/local/share/ca-certificates/understudy.crt && sudo update-ca-certificates   # Debian, Ubuntu",
                "# sudo install -m 644 \"$ca\" /etc/pki/ca-trust/source/anchors/understudy.crt && sudo update-ca-trust        # Fedora, RHEL",
            ]),
        TrustAdvice(
            clients: "Java", means: "a trust store of the JVM (not tried): understudy env trust",
            commands: [
                "cp \"$(dirname \"$(dirname \"$(readlink -f \"$(command -v keytool)\")\")\")/lib/security/cacerts\" \"$HOME/understudy.jks\"",
                "keytool -importcert -noprompt -alias understudy -file \"$ca\" -keystore \"$HOME/understudy.jks\" -storepass changeit",
                "export JAVA_TOOL_OPTIONS=\"-Djavax.net.ssl.trustStore=$HOME/understudy.jks -Djavax.net.ssl.trustStorePassword=changeit\"",
            ]),
    ]

    /// A line for each, as comments that every format skips.
    static var comments: [String] {
        let width = all.map(\.clients.count).max() ?? 0
        return ["# Who trusts the CA by what:"]
            + all.map { "#   \($0.clients)\(String(repeating: " ", count: width - $0.clients.count))  \($0.means)" }
            + ["# Lines that lead the clouds' real names here: understudy env hosts"]
    }

    /// The commands, each under whom it is for.
    static func commands(caFile: String) -> [String] {
        [
            "ca=\(ShellText.quoted(caFile))", "# The variables replace the public roots. To keep them (the bundle is Debian's):",
            "# cat /etc/ssl/certs/ca-certificates.crt \"$ca\" > \"$HOME/understudy.pem\"; ca=\"$HOME/understudy.pem\"",
        ] + all.flatMap { ["", "# \($0.clients)"] + $0.commands }
    }
}
