import IdentityModel

/// Federated credentials in the order in which they would be made, found by whom they trust and by whose they are.
struct CredentialSet: RandomAccessCollection, Sendable {
    private var all: [FederatedCredential] = []
    private var byIdentity: [PrincipalReference: [Int]] = [:]
    private var bySubject: [String: [Int]] = [:]
    private var byFoldedSubject: [String: [Int]] = [:]
    /// Which have no room on their identity: Azure would refuse to make them.
    private var beyondLimit: Set<Int> = []

    init(_ credentials: some Sequence<FederatedCredential> = []) {
        for credential in credentials { append(credential) }
    }

    var startIndex: Int { 0 }
    var endIndex: Int { all.count }
    subscript(index: Int) -> FederatedCredential { all[index] }

    /// Takes one more; it is refused when its identity is full.
    mutating func append(_ credential: FederatedCredential) {
        let index = all.count
        all.append(credential)
        byIdentity[credential.identity, default: []].append(index)
        bySubject[credential.subject, default: []].append(index)
        byFoldedSubject[Self.folded(credential.subject), default: []].append(index)
        if byIdentity[credential.identity]?.count ?? 0 > FederatedCredential.limit { beyondLimit.insert(index) }
    }

    /// Identities that have any.
    var identities: some Collection<PrincipalReference> { byIdentity.keys }

    /// Those of an identity.
    func of(_ identity: PrincipalReference) -> [FederatedCredential] { (byIdentity[identity] ?? []).map { all[$0] } }

    /// Those that trust a subject.
    func trusting(_ subject: String) -> [FederatedCredential] { (bySubject[subject] ?? []).map { all[$0] } }

    /// Those whose subject is the same but for case, blanks and a slash at the end.
    func resembling(_ subject: String) -> [FederatedCredential] { (byFoldedSubject[Self.folded(subject)] ?? []).map { all[$0] } }

    /// Whether there is one that makes the same trust.
    func contains(theSameAs credential: FederatedCredential) -> Bool {
        trusting(credential.subject).contains { $0.trusts(theSameAs: credential) }
    }

    /// Those that Azure would make.
    var accepted: [FederatedCredential] { indices.filter { !beyondLimit.contains($0) }.map { all[$0] } }

    /// Those that trust a subject and have no room.
    func refused(trusting subject: String) -> [FederatedCredential] {
        beyondLimit.isEmpty ? [] : (bySubject[subject] ?? []).filter(beyondLimit.contains).map { all[$0] }
    }

    /// A text without case, blanks and a slash at the end.
    static func folded(_ text: String) -> String {
        let folded = text.lowercased().filter { $0 != " " }
        return folded.hasSuffix("/") ? String(folded.dropLast()) : folded
    }
}
