import IdentityModel

/// What only the whole of a manifest can show to be wrong: references to nothing, and limits.
enum ReferenceCheck {
    /// Every problem among our own kinds; the list of them is small by nature.
    static func problems(in indexes: ObjectIndexes, nodeName: String?) -> [ManifestProblem] {
        var problems: [ManifestProblem] = []
        var credentials: [PrincipalReference: Int] = [:]
        var identities: [String: String] = [:]
        for stored in indexes.settings.values.sorted(by: { $0.key < $1.key }) {
            func complain(_ path: String, _ found: String, _ allowed: String) {
                problems.append(
                    ManifestProblem(
                        place: stored.place, line: stored.line, object: stored.key.description, path: path, found: found, allowed: allowed))
            }
            switch stored.object {
            case .node(let node):
                if let tenant = node.tenant, !indexes.hasSetting(.tenant, tenant) {
                    complain("spec.tenant", "\"\(tenant)\"", indexes.names(of: .tenant))
                }
                for (index, identity) in (node.userAssigned ?? []).enumerated() where !resolves(identity, indexes) {
                    complain("spec.userAssigned[\(index)]", "\"\(identity)\"", "\(indexes.names(of: .managedIdentity)), or an ARM id")
                }
                if let kubelet = node.kubeletIdentity, !resolves(kubelet, indexes) {
                    complain("spec.kubeletIdentity", "\"\(kubelet)\"", "\(indexes.names(of: .managedIdentity)), or an ARM id")
                }
                if nodeName == nil, let first = indexes.nodes.first, first.plane != node.plane {
                    complain(
                        "spec.plane", "\(node.plane.rawValue), while Node \(first.name) says \(first.plane.rawValue)",
                        "one plane for all Nodes, or --node-name to say which is served")
                }
                if let nodeName, node.name == indexes.nodes.first?.name, !indexes.nodes.contains(where: { $0.name == nodeName }) {
                    complain("metadata.name", "no Node \"\(nodeName)\", which --node-name asks for", "a Node of that name")
                }
            case .managedIdentity(let identity):
                let ids = [
                    ("spec.resourceID", identity.resourceID.lowercased()), ("spec.clientID", identity.clientID),
                    ("spec.principalID", identity.principalID),
                ]
                for case (let path, let id?) in ids {
                    if let first = identities["\(path) \(id)"] { complain(path, "the \(id) of \(first)", "an id of its own") }
                    identities["\(path) \(id)"] = "ManagedIdentity \(identity.name)"
                }
            case .application(let application):
                if let tenant = application.tenant, !indexes.hasSetting(.tenant, tenant) {
                    complain("spec.tenant", "\"\(tenant)\"", indexes.names(of: .tenant))
                }
                // Another tenant may know the same application, under a service principal of its own.
                let ids = [
                    ("spec.clientID", application.clientID, application.tenant ?? ""), ("spec.objectID", application.objectID, ""),
                ]
                for (path, id, tenant) in ids {
                    if let first = identities["\(path) \(id)\(tenant)"] { complain(path, "the \(id) of \(first)", "an id of its own") }
                    identities["\(path) \(id)\(tenant)"] = "Application \(application.name)"
                }
            case .federatedIdentityCredential(let credential):
                guard let identity = credential.identity else { continue }
                if identity.kind == .node {
                    // Entra gives a system-assigned identity none (source: entra.md §3.4).
                    complain("spec.identity.kind", "Node", "Application, ManagedIdentity")
                } else if !exists(identity, indexes) {
                    complain("spec.identity", described(identity), "a principal in the manifests")
                }
                let trust = "\(described(identity)) \(credential.issuer) \(credential.subject)"
                if let first = identities[trust] {
                    complain("spec.subject", "the issuer and subject of \(first)", "each pair once on one identity, as in Entra")
                }
                identities[trust] = "FederatedIdentityCredential \(credential.name)"
                credentials[identity, default: 0] += 1
                if credentials[identity] == 21 {
                    complain("spec.identity", "a 21st credential on \(described(identity))", "20 on one identity, as in Entra")
                }
            case .roleAssignment(let assignment):
                if let principal = assignment.principal, !exists(principal, indexes) {
                    complain("spec.principal", described(principal), "a principal in the manifests")
                }
                if let name = assignment.resource {
                    guard case .resourcePrincipal(let resource)? = indexes.setting(.resourcePrincipal, name)?.object else {
                        complain("spec.resource", "\"\(name)\"", indexes.names(of: .resourcePrincipal))
                        continue
                    }
                    if !resource.appRoles.contains(assignment.role) {
                        complain("spec.role", "\"\(assignment.role)\"", "an app role of \(name): \(list(resource.appRoles))")
                    }
                }
            default: continue
            }
        }
        return problems.sorted { ($0.place.file, $0.place.document, $0.line) < ($1.place.file, $1.place.document, $1.line) }
    }

    private static func resolves(_ identity: String, _ indexes: ObjectIndexes) -> Bool {
        ResourceID.looksUserAssigned(identity) || indexes.principals.named(identity) != nil
    }

    private static func exists(_ reference: PrincipalReference, _ indexes: ObjectIndexes) -> Bool {
        switch reference.kind {
        case .application: indexes.hasSetting(.application, reference.name)
        case .managedIdentity: indexes.hasSetting(.managedIdentity, reference.name)
        case .node: indexes.hasSetting(.node, reference.name)
        }
    }

    private static func described(_ reference: PrincipalReference) -> String { "\(reference.kind.rawValue) \"\(reference.name)\"" }

    fileprivate static func list(_ names: [String]) -> String { names.isEmpty ? "none is declared" : names.joined(separator: ", ") }
}

extension ObjectIndexes {
    func setting(_ kind: ObjectKind, _ name: String) -> StoredObject? { settings[ObjectKey(kind: kind, name: name)] }

    fileprivate func hasSetting(_ kind: ObjectKind, _ name: String) -> Bool { setting(kind, name) != nil }

    fileprivate func names(of kind: ObjectKind) -> String {
        "the name of a \(kind.rawValue): " + ReferenceCheck.list(settings.keys.filter { $0.kind == kind }.map(\.name).sorted())
    }
}
