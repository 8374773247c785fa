import IdentityModel
import IdentityStore
import WireFormats

/// The subscriptions that the manifests speak of, and who sees which.
///
/// There is no kind for one: a subscription exists because the machine, an identity or the scope of a role is in it.
struct Subscriptions: Sendable {
    let snapshot: IdentitySnapshot

    /// A subscription of a tenant.
    struct Subscription: Hashable, Sendable {
        let id: String
        let tenant: Tenant

        /// Derived, so that it stays whatever else there is.
        var displayName: String { "\(tenant.name)-\(id.prefix(8))" }
    }

    /// An Azure role that somebody has.
    private struct Grant {
        let objectID: String
        let scope: String
        let tenant: Tenant
    }

    /// All of them, ordered by id; one that several tenants' objects name belongs to the machine's.
    var all: [Subscription] {
        var tenants: [String: Tenant] = [:]
        for grant in grants {
            if let id = Self.id(in: grant.scope) { tenants[id] = grant.tenant }
        }
        for resource in [snapshot.node.resourceID] + identities {
            if let id = Self.id(in: resource) { tenants[id] = snapshot.node.tenant }
        }
        return tenants.map { Subscription(id: $0, tenant: $1) }.sorted { $0.id < $1.id }
    }

    /// Those of a tenant that a principal sees: where it has a role at, below or above the subscription.
    ///
    /// As long as no manifest grants an Azure role to anybody, nothing is known of who may see what, and all are seen.
    func visible(to objectID: String, in tenant: Tenant) -> [Subscription] {
        let own = all.filter { $0.tenant.tenantID == tenant.tenantID }
        let grants = grants
        guard !grants.isEmpty else { return own }
        let scopes = grants.filter { $0.objectID == objectID }.map(\.scope)
        let seen = Set(scopes.compactMap(Self.id))
        // A scope without a subscription is above all of them: the root, or a management group.
        let seesAll = scopes.contains { Self.id(in: $0) == nil }
        return own.filter { seesAll || seen.contains($0.id) }
    }

    private var grants: [Grant] {
        snapshot.objects(of: .roleAssignment).compactMap { stored in
            guard case .roleAssignment(let assignment) = stored.object, let scope = assignment.scope, let reference = assignment.principal,
                let (objectID, tenant) = principal(reference)
            else { return nil }
            return Grant(objectID: objectID, scope: scope, tenant: tenant)
        }
    }

    private func principal(_ reference: PrincipalReference) -> (objectID: String, tenant: Tenant)? {
        switch reference.kind {
        case .application:
            guard case .application(let application)? = object(.application, reference.name) else { return nil }
            return (application.objectID, snapshot.tenant(of: application))
        case .managedIdentity:
            guard case .managedIdentity(let identity)? = object(.managedIdentity, reference.name) else { return nil }
            return (identity.principalID ?? DerivedIDs.principalID(ofIdentity: identity.resourceID), snapshot.node.tenant)
        case .node:
            guard reference.name == snapshot.node.node.name, let system = snapshot.node.systemAssigned else { return nil }
            return (system.objectID, snapshot.node.tenant)
        }
    }

    private func object(_ kind: ObjectKind, _ name: String) -> ManifestObject? {
        snapshot.object(ObjectKey(kind: kind, name: name))?.object
    }

    /// ARM ids of every identity that is described.
    private var identities: [String] {
        (snapshot.objects(of: .managedIdentity) + snapshot.objects(of: .azureIdentity)).compactMap { stored in
            switch stored.object {
            case .managedIdentity(let identity): identity.resourceID
            case .azureIdentity(let identity): identity.resourceID
            default: nil
            }
        } + snapshot.userAssigned(limit: 1000).compactMap(\.resourceID)
    }

    /// The subscription an ARM id or scope lies in, in lower case; nil above subscriptions, or when what stands there is no GUID.
    private static func id(in scope: String) -> String? {
        let segments = scope.split(separator: "/")
        guard segments.count >= 2, segments[0].lowercased() == "subscriptions" else { return nil }
        return GUID(segments[1])?.description
    }
}

extension Subscriptions.Subscription {
    /// The item of a list (source: entra.md §6.6).
    var document: JSONValue {
        [
            "id": .string("/subscriptions/\(id)"), "authorizationSource": "RoleBased", "managedByTenants": [],
            "subscriptionId": .string(id),
            "tenantId": .string(tenant.tenantID), "displayName": .string(displayName), "state": "Enabled",
            "subscriptionPolicies": [
                "locationPlacementId": "Internal_2014-09-01", "quotaId": "Internal_2014-09-01", "spendingLimit": "Off",
            ],
        ]
    }
}

extension Tenant {
    /// The item of a list (source: entra.md §6.6).
    var document: JSONValue {
        [
            "id": .string("/tenants/\(tenantID)"), "tenantId": .string(tenantID), "countryCode": "US", "displayName": .string(name),
            "domains": .strings(domains), "tenantCategory": "Home", "defaultDomain": .string(domains.first ?? ""), "tenantType": "AAD",
        ]
    }
}
