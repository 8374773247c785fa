/// Where a client looks for the authorities it trusts (source: sdk-clients.md §5.7).
public struct ChainTrust: Sendable {
    /// Variables that name a file of certificates.
    var variables: [String] = []
    /// Whether the system's own store counts.
    var readsSystemStore = false
    /// A variable that must hold a word, where certificates are in a store that only the client can read.
    var option: (variable: String, word: String)?

    /// Debian's; other systems keep a bundle of that name as a link.
    private static let systemStore = "/etc/ssl/certs/ca-certificates.crt"

    /// Whether the client takes certificates of an authority.
    ///
    /// - Parameters:
    ///   - pem: the authority's certificate.
    ///   - read: a file's text; nil when it cannot be read.
    public func accepts(_ pem: String, in environment: ChainEnvironment, read: (String) -> String?) -> Bool {
        if let option { return environment[option.variable]?.contains(option.word) ?? false }
        let body = pem.filter { !$0.isWhitespace }
        let files = variables.compactMap { environment[$0] } + (readsSystemStore ? [Self.systemStore] : [])
        return files.contains { file in read(file).map { $0.filter { !$0.isWhitespace }.contains(body) } ?? false }
    }

    /// What would make the client trust an authority, in words.
    public var advice: String {
        if let option { return "give \(option.variable) a -D\(option.word)" }
        let named = variables.isEmpty ? [] : ["name its certificate in \(variables.joined(separator: " or "))"]
        return (named + (readsSystemStore ? ["add it to the system's store"] : [])).joined(separator: ", or ")
    }
}
