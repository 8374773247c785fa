/// How an SDK reads `AZURE_TOKEN_CREDENTIALS` (source: sdk-clients.md §6).
struct SelectionRule: Sendable {
    static let variable = "AZURE_TOKEN_CREDENTIALS"

    /// Which links are left.
    enum Choice: Sendable {
        case all
        case group(ChainTable.Rule.Group)
        case one(String)
        /// The chain cannot be made.
        case refused(String)

        /// Whether one link was picked by name, which turns its probe off.
        var isAlone: Bool { if case .one = self { true } else { false } }

        func takes(_ rule: ChainTable.Rule) -> Bool {
            switch self {
            case .all: true
            case .group(let group): rule.group == group
            case .one(let name): rule.name == name
            case .refused: false
            }
        }
    }

    /// Whether `Prod` is another word than `prod`.
    var groupsAreExact = false
    /// Whether a variable that is set but empty is an error, rather than unset.
    var refusesEmpty = false

    func choice(in environment: ChainEnvironment, among rules: [ChainTable.Rule]) -> Choice {
        if environment.isEmpty(Self.variable), refusesEmpty { return .refused("\(Self.variable) is set but empty, which is refused") }
        guard let text = environment[Self.variable] else { return .all }
        let word = text.filter { $0 != " " && $0 != "\t" }
        if let group = ChainTable.Rule.Group(rawValue: groupsAreExact ? text : word.lowercased()) { return .group(group) }
        if let rule = rules.first(where: { $0.name.lowercased() == word.lowercased() }) { return .one(rule.name) }
        let names = rules.map(\.name).joined(separator: ", ")
        return .refused("\(Self.variable): found \"\(text)\"; allowed: dev, prod, \(names)")
    }
}
