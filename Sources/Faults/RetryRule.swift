import Decisions

/// How a client is documented to wait before it asks again when nobody tells it how long (source: sdk-clients.md §2, nmi.md §2.2).
struct RetryRule: Sendable {
    /// What a header must begin with for the rule to count, in lower case.
    let header: String
    let prefix: String
    /// Whether a status is asked about again.
    let retries: @Sendable (Int) -> Bool
    /// The waits in seconds, of the first retry, the second and so on.
    let waits: @Sendable (Int) -> [Double]

    /// The first that fits counts.
    static let all: [RetryRule] = [
        // azure-identity for Python sends MSAL's headers too, and its own policy is around MSAL.
        RetryRule(header: "user-agent", prefix: "azsdk-python-identity", retries: imds) { status in
            status == 410 ? [0, 5, 10, 20, 40] : [0, 1.6, 3.2, 6.4, 12.8]
        },
        RetryRule(header: "user-agent", prefix: "azsdk-go-", retries: imds) { _ in [2, 4, 8, 16, 25, 25] },
        RetryRule(header: "user-agent", prefix: "azsdk-cpp-", retries: { [408, 500, 502, 503, 504].contains($0) }) { _ in [0.8, 1.6, 3.2] },
        RetryRule(header: "user-agent", prefix: "azsdk-rust-", retries: imds) { _ in [1.34, 2.68, 5.36, 10.7, 21.4, 42.9] },
        RetryRule(header: "x-client-sku", prefix: "msal.net", retries: { $0 == 408 || imds($0) }) { status in
            status == 410 ? Array(repeating: 10, count: 7) : [1, 2, 4]
        },
        RetryRule(header: "x-client-sku", prefix: "msal.go", retries: imds) { _ in [2, 4, 8, 16, 25, 25] },
        RetryRule(header: "user-agent", prefix: "azsdk-js-", retries: { $0 == 404 }) { _ in [0.8, 1.6, 3.2, 6.4, 12.8] },
        // NMI itself, which asks the metadata service through adal.
        RetryRule(header: "user-agent", prefix: "go/go1.19.8", retries: { $0 == 408 || imds($0) }) { _ in [2, 6, 14, 30] },
    ]

    /// What the metadata service's own guide says to retry.
    private static let imds: @Sendable (Int) -> Bool = { $0 == 404 || $0 == 410 || $0 == 429 || (500...599).contains($0) }

    /// The rule for a client; nil when nobody has written one down.
    ///
    /// What is written down is about the metadata service, with or without NMI in front.
    static func rule(for client: ClientTraits, asking source: String) -> RetryRule? {
        guard source == "imds" || source == "nmi" else { return nil }
        // Azure.Identity for .NET turns MSAL's retries off for a pipeline of its own, whose waits nobody has written down (§2.3).
        guard !(client.headers["user-agent"]?.lowercased().hasPrefix("azsdk-net-") ?? false) else { return nil }
        return all.first { client.headers[$0.header]?.lowercased().hasPrefix($0.prefix) ?? false }
    }
}
