import IdentityModel
import IdentityStore

/// A manifest file with the given text.
func file(_ text: String, _ path: String = "world.yaml") -> ManifestFile { ManifestFile(path: path, bytes: Array(text.utf8)) }

/// A store that holds the given text.
func store(_ text: String, nodeName: String? = nil) throws -> IdentityStore {
    let store = IdentityStore(nodeName: nodeName)
    try store.load([file(text)])
    return store
}

/// Why `change` was refused; nil when it was not.
func refusal(_ change: () throws(ManifestRefusal) -> Void) -> [String]? {
    do throws(ManifestRefusal) {
        try change()
        return nil
    } catch {
        return error.problems.map(\.description)
    }
}

extension IdentityStore {
    /// Applies a manifest text under the origin `test`.
    func put(_ text: String) throws { try apply(Array(text.utf8), from: "test") }
}

/// The ARM id of a user-assigned identity.
func armID(_ name: String) -> String {
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/\(name)"
}

func pod(_ name: String, namespace: String = "default", ip: String? = nil, phase: String = "Running", node: String? = nil) -> String {
    let spec = node.map { "{nodeName: \($0)}" } ?? "{}"
    let address = ip.map { ", podIP: \($0)" } ?? ""
    return
        "{apiVersion: v1, kind: Pod, metadata: {name: \(name), namespace: \(namespace)}, spec: \(spec), status: {phase: \(phase)\(address)}}"
}

func azureIdentity(_ name: String, resource: String, clientID: String = "", namespace: String = "default", type: Int = 0) -> String {
    "{apiVersion: aadpodidentity.k8s.io/v1, kind: AzureIdentity, metadata: {name: \(name), namespace: \(namespace)}, "
        + "spec: {type: \(type), resourceID: '\(resource)', clientID: '\(clientID)'}}"
}

func binding(_ name: String, selector: String, namespace: String = "default") -> String {
    "{apiVersion: aadpodidentity.k8s.io/v1, kind: AzureIdentityBinding, metadata: {name: \(name), namespace: \(namespace)}, "
        + "spec: {azureIdentity: reader, selector: \(selector)}}"
}

func ours(_ kind: String, _ name: String, _ spec: String = "{}") -> String {
    "{apiVersion: understudy.internal/v1alpha1, kind: \(kind), metadata: {name: '\(name)'}, spec: \(spec)}"
}

func documents(_ texts: String...) -> String { texts.joined(separator: "\n---\n") }
