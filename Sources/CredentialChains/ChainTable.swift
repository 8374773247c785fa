/// What one SDK's chain of credentials is: its links in order, and how it reads the variable that picks among them.
///
/// Every row names the section of the facts it is from.
public struct ChainTable: Sendable {
    /// One link before an environment is known.
    struct Rule: Sendable {
        /// Which word of `AZURE_TOKEN_CREDENTIALS` takes it.
        enum Group: String, Sendable {
            case prod
            case dev
        }

        /// What it goes by.
        enum Kind: Sendable {
            /// A secret, a certificate or a password in variables.
            case variables(AuthorityRules)
            /// A token of another issuer, in a file.
            case federation(AuthorityRules)
            /// Whatever gives the machine's own identities.
            case managedIdentity(ManagedIdentityRules)
            /// A tool that somebody has signed in with: one of these programs.
            case tool([String])
            /// Something that is not to be found in a container, and why.
            case elsewhere(String)
        }

        let name: String
        let group: Group
        let kind: Kind
        let section: String
    }

    /// The client.
    public let client: String
    /// The version whose behaviour this is.
    public let version: String
    /// Where the chain is documented in the facts.
    public let section: String
    /// By what it trusts a server.
    public let trust: ChainTrust
    /// What is odd about it as a whole.
    public let remarks: [String]
    let selection: SelectionRule?
    let rules: [Rule]

    /// What the chain would do in an environment: every link in order, or why there is none.
    public func links(in environment: ChainEnvironment, resource: String) -> [ChainLink] {
        let choice = selection?.choice(in: environment, among: rules) ?? .all
        if case .refused(let reason) = choice {
            return [ChainLink(name: "DefaultAzureCredential", section: section, plan: .broken(reason))]
        }
        return rules.map { rule in
            guard choice.takes(rule) else {
                return ChainLink(name: rule.name, section: section, plan: .skipped("\(SelectionRule.variable) leaves it out"))
            }
            let plan =
                switch rule.kind {
                case .variables(let rules): rules.secretPlan(in: environment, resource: resource)
                case .federation(let rules): rules.federationPlan(in: environment, resource: resource)
                case .managedIdentity(let rules):
                    rules.plan(in: environment, resource: resource, isAlone: choice.isAlone)
                case .tool(let programs): Self.toolPlan(programs, in: environment)
                case .elsewhere(let reason): ChainLink.Plan.skipped(reason)
                }
            return ChainLink(name: rule.name, section: rule.section, plan: plan)
        }
    }

    private static func toolPlan(_ programs: [String], in environment: ChainEnvironment) -> ChainLink.Plan {
        guard let program = environment.program(programs) else {
            return .skipped("\(programs.joined(separator: " or ")) is not on PATH")
        }
        return .runs(program)
    }
}
