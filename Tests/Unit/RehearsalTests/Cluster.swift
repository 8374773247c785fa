import IdentityStore
import Rehearsal
import Surroundings

/// Manifests of small clusters, in pieces that cases put together.
enum Cluster {
    /// An `AzureIdentity` of type 0; its number makes its client id.
    static func identity(_ name: String, _ number: Int, in namespace: String = "prod") -> String {
        """
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureIdentity
        metadata: {name: \(name), namespace: \(namespace)}
        spec:
          type: 0
          clientID: \(clientID(number))
          resourceID: /subscriptions/5f1b2c3d-0a41-4c6e-9f10-2b7c8d9e0f11/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/\(name)
        """
    }

    /// The client id of the identity of that number.
    static func clientID(_ number: Int) -> String { "1a2b3c4d-0001-4000-8000-0000000000\(number < 10 ? "0" : "")\(number)" }

    /// A binding; its selector is its identity's name unless another is given.
    static func binding(_ identity: String, selector: String? = nil, in namespace: String = "prod") -> String {
        """
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureIdentityBinding
        metadata: {name: \(identity), namespace: \(namespace)}
        spec: {azureIdentity: \(identity), selector: \(selector ?? identity)}
        """
    }

    /// A controller of pods with a label for bindings.
    static func workload(
        _ name: String, label: String? = nil, in namespace: String = "prod", kind: String = "Deployment", own: String = "{}",
        labels: String = "", spec: String = "", environment: String = "[]"
    ) -> String {
        let binding = label.map { ", aadpodidbinding: \($0)" } ?? ""
        return """
            apiVersion: \(kind == "Job" ? "batch/v1" : "apps/v1")
            kind: \(kind)
            metadata: {name: \(name), namespace: \(namespace), labels: \(own)}
            spec:
              template:
                metadata:
                  labels: {app: \(name)\(binding)\(labels)}
                spec:
                  containers: [{name: main, image: "registry.example/main:1", env: \(environment)}]
            \(spec.isEmpty ? "" : "      \(spec)")
            """
    }

    /// A workload with one identity, as most are.
    static let bound = [identity("reader", 1), binding("reader"), workload("web", label: "reader")]

    /// A `Cluster` that names its issuer.
    static let issued = """
        apiVersion: understudy.internal/v1alpha1
        kind: Cluster
        metadata: {name: dev}
        spec: {issuer: "\(issuer)", emulated: true}
        """

    /// Its issuer.
    static let issuer = "https://westeurope.oic.example/1/"

    /// One text of several documents.
    static func text(_ documents: [String]) -> String { documents.joined(separator: "\n---\n") }

    /// The documents as a cluster.
    static func read(_ documents: [String]) throws -> ExportedCluster {
        try ExportedCluster([ManifestFile(path: "cluster.yaml", bytes: Array(text(documents).utf8))])
    }
}
