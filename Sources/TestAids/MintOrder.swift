public import IdentityStore
import IdentityModel
public import TokenIssuance
public import WireFormats

/// What kind of wrong token is wanted, read from `{"defect", "resource", "client_id" | "object_id" | "msi_res_id", "claims"}`.
public struct MintOrder: Sendable {
    /// What is to be wrong.
    public let defect: TokenDefect
    /// Claims to be set besides, or with null left out.
    public let changes: [JSONMember]
    private let resource: String
    private let selector: (name: String, value: String)?

    /// Why there is no such token.
    public struct Refusal: Error, Sendable, CustomStringConvertible {
        /// What was found, and what is allowed.
        public let description: String
    }

    private static let selectors = ["client_id", "object_id", "msi_res_id"]

    /// Reads an order; a member it does not know is refused.
    public init(_ body: [UInt8]) throws(Refusal) {
        guard let document = try? JSONValue(parsing: body), case .object(let members) = document else {
            throw Refusal(description: "The body is not a JSON object.")
        }
        let known = ["defect", "resource", "claims"] + Self.selectors
        if let unknown = members.first(where: { !known.contains($0.name) }) {
            throw Refusal(description: "\(unknown.name): found a member of that name; allowed: \(known.joined(separator: ", ")).")
        }
        guard let name = document["defect"]?.text, let defect = TokenDefect(rawValue: name) else {
            let found = document["defect"]?.rendered() ?? "nothing"
            throw Refusal(
                description: "defect: found \(found); allowed: \(TokenDefect.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        self.defect = defect
        resource = document["resource"]?.text ?? "https://management.azure.com/"
        switch document["claims"] {
        case nil: changes = []
        case .object(let claims)?: changes = claims
        default: throw Refusal(description: "claims: found no object; allowed: an object of claims.")
        }
        let given = Self.selectors.compactMap { name in document[name]?.text.map { (name, $0) } }
        guard given.count <= 1 else { throw Refusal(description: "\(given.map(\.0).joined(separator: ", ")): one of them is allowed.") }
        selector = given.first
    }

    /// The good token that is to be spoiled: of the named identity or application, else of the node.
    public func request(in snapshot: IdentitySnapshot) throws(Refusal) -> TokenRequest {
        let application = selector?.name == "client_id" ? snapshot.applications(clientID: selector?.value ?? "").first : nil
        let principal = if let application { Self.principal(application) } else { try identity(in: snapshot) }
        do throws(EntraError) {
            return try snapshot.tokenRequest(
                principal: principal, requested: resource, tenant: application.map(snapshot.tenant),
                proof: application == nil ? .machine : .secret)
        } catch {
            throw Refusal(description: "AADSTS\(error.code): \(error.message)")
        }
    }

    private static func principal(_ application: Application) -> Principal {
        Principal(
            category: .servicePrincipal, name: application.name, clientID: application.clientID, objectID: application.objectID,
            resourceID: nil)
    }

    /// A managed identity: the named one, else the node's own, else its only one.
    private func identity(in snapshot: IdentitySnapshot) throws(Refusal) -> Principal {
        guard let selector else {
            let assigned = snapshot.userAssigned(limit: 2)
            if let found = snapshot.node.systemAssigned ?? (assigned.count == 1 ? assigned.first : nil) { return found }
            throw Refusal(
                description: "The node has no system-assigned identity, and \(assigned.isEmpty ? "no" : "several") user-assigned ones; "
                    + "allowed: one of \(Self.selectors.joined(separator: ", ")).")
        }
        let found =
            switch selector.name {
            case "client_id": snapshot.assigned(clientID: selector.value) ?? snapshot.managedIdentity(clientID: selector.value)
            case "object_id": snapshot.assigned(objectID: selector.value)
            default: snapshot.assigned(resourceID: selector.value)
            }
        guard let found else {
            throw Refusal(
                description: "\(selector.name): found \"\(selector.value)\", which no identity of the node has, nor, as a client id, any "
                    + "Application or ManagedIdentity.")
        }
        return found
    }
}
