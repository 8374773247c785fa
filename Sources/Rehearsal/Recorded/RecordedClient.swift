/// What a recorded request says of the program that sent it.
struct RecordedClient: Hashable, Sendable, CustomStringConvertible {
    /// Whether it gets tokens by workload identity once its pod is moved.
    enum Ability: Hashable, Sendable {
        /// Its default chain has a workload identity credential.
        case exchanges
        /// It is an Azure SDK from before that; the version that has it.
        case tooOld(String)
        /// It may be in an Azure SDK, and does not tell of which version.
        case untold
        /// No Azure SDK: it speaks the metadata service's language and no other.
        case metadataOnly
    }

    /// `azsdk-python-identity`, `MSAL.Go`, `curl`.
    let name: String
    /// Its version; empty where it tells none.
    let version: String
    /// What it can do.
    let ability: Ability

    /// `azsdk-python-identity 1.27.0`.
    var description: String { version.isEmpty ? name : "\(name) \(version)" }

    /// The first release of each Azure SDK whose default chain has a workload identity credential (source: workload-identity.md §4).
    private static let minimum = [
        "net": "1.9.0", "cpp": "1.6.0", "go": "1.3.0", "java": "1.9.0", "js": "3.2.0", "python": "1.13.0",
    ]

    /// Reads `User-Agent`, and `x-client-sku` with `x-client-ver`, by which every MSAL names itself; nil where neither was sent.
    init?(headers: [String: String]) {
        let agent = headers["user-agent"]?.split(separator: " ").first.map(String.init) ?? ""
        let parts = agent.split(separator: "/", maxSplits: 1).map(String.init)
        if let name = parts.first, let minimum = Self.minimum(of: name) {
            let version = parts.count > 1 ? String(parts[1].drop { $0 == "v" }) : ""
            self.name = name
            self.version = version
            ability =
                Self.numbers(version).map { $0.lexicographicallyPrecedes(Self.numbers(minimum) ?? []) ? .tooOld(minimum) : .exchanges }
                ?? .untold
        } else if let sku = headers["x-client-sku"], !sku.isEmpty {
            name = sku
            version = headers["x-client-ver"] ?? ""
            ability = .untold
        } else if let name = parts.first {
            self.name = name
            version = parts.count > 1 ? parts[1] : ""
            ability = Self.isUntelling(name) ? .untold : .metadataOnly
        } else {
            return nil
        }
    }

    /// The limit for `azsdk-python-identity` and its like; nil for what is none of them.
    private static func minimum(of name: String) -> String? {
        let words = name.lowercased().split(separator: "-")
        guard words.count >= 3, words[0] == "azsdk", words.last.map({ $0.hasSuffix("identity") }) == true else { return nil }
        return minimum[String(words[1])]
    }

    /// Whether an Azure SDK may hide behind the name: that for Java sends the name of its runtime alone, and Rust's has no default chain.
    private static func isUntelling(_ name: String) -> Bool { name == "Java" || name.lowercased().hasPrefix("azsdk-") }

    /// `1.13.0b2` as 1, 13, 0; nil where it does not begin with a number.
    private static func numbers(_ version: String) -> [Int]? {
        let numbers = version.split(separator: ".").prefix(3).map { Int($0.prefix { $0.isASCII && $0.isNumber }) }
        guard let first = numbers.first, first != nil else { return nil }
        return numbers.map { $0 ?? 0 }
    }
}
