import IdentityModel
import Testing

@testable import Rehearsal

@Suite("Federated credentials of a target")
struct CredentialSetTests {
    private static func identity(_ name: String) -> KnownIdentity {
        KnownIdentity(category: .managed, name: name, clientID: "", resourceID: "", objectID: "")
    }

    private static func credential(_ account: String, on name: String = "reader", issuer: String = "https://one.example/")
        -> FederatedCredential
    {
        FederatedCredential(for: NamespacedName(namespace: "prod", name: account), identity: identity(name), issuer: issuer)
    }

    @Test("have room for twenty on each identity, in order")
    func limit() {
        let set = CredentialSet((1...21).map { Self.credential("web-\($0)") } + [Self.credential("web-21", on: "writer")])
        #expect(set.accepted.count == 21)
        #expect(set.refused(trusting: "system:serviceaccount:prod:web-20").isEmpty)
        #expect(set.refused(trusting: "system:serviceaccount:prod:web-21").map(\.identity.name) == ["reader"])
    }

    @Test("are found by a subject that differs in case, blanks or a slash")
    func resembling() {
        let set = CredentialSet([Self.credential("web")])
        #expect(set.resembling("System:ServiceAccount:prod:web/").count == 1)
        #expect(set.trusting("System:ServiceAccount:prod:web").isEmpty)
    }

    @Test("have names of Azure's form and length, another for each cluster")
    func names() {
        let long = Self.credential(String(repeating: "a.", count: 100))
        let onIdentity = long.name.dropFirst("reader-".count)
        #expect(onIdentity.count <= 120 && onIdentity.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" })
        #expect(Self.credential("web").name == Self.credential("web").name)
        #expect(Self.credential("web").name != Self.credential("web", issuer: "https://two.example/").name)
        #expect(long.name != Self.credential(String(repeating: "a.", count: 101)).name)
    }
}
