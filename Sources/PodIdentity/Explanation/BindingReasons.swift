import Decisions
import IdentityModel
import IdentityStore
import Surroundings
import WireFormats

/// Why each binding does, or does not, give a pod its identity; for people, not for requests.
struct BindingReasons {
    /// More would not be read.
    private static let limit = 500

    private let snapshot: IdentitySnapshot
    private let pod: Pod
    private let query: NMIQuery
    /// Those of the pod's namespace, and of all others whose selector is the label, in whatever case.
    private let considered: [AzureIdentityBinding]
    /// How many there are besides, of other namespaces and with other selectors.
    let others: Int

    init(_ snapshot: IdentitySnapshot, _ pod: Pod, _ query: NMIQuery) {
        self.snapshot = snapshot
        self.pod = pod
        self.query = query
        let label = (pod.bindingLabel ?? "").lowercased()
        let all = snapshot.allBindings
        considered = Array(
            all.lazy.filter { $0.id.namespace == pod.id.namespace || $0.selector.lowercased() == label }.prefix(Self.limit))
        others = all.count - considered.count
    }

    /// By the node's mode, for a pod that may have no caller at all.
    var all: [JSONValue] {
        switch snapshot.node.node.podIdentityMode {
        case .standard: standard(snapshot.assignedIdentities(of: pod.id))
        case .managed: managed(IdentitySelection.managed(pod: pod, query: query, snapshot: snapshot, entropy: Entropy { 0 }))
        }
    }

    /// Why MIC makes nothing of any binding for the pod; nil when one has its label for a selector.
    var passedOver: String? {
        guard let label = pod.bindingLabel, !label.isEmpty else {
            return "\(pod.id) has no label \(Pod.bindingLabel) with a value, so that MIC passes it over."
        }
        return considered.contains { $0.selector == label } ? nil : "No binding has the selector \"\(label)\"."
    }

    /// Managed mode: bindings of the pod's namespace, and those elsewhere that only the namespace keeps from matching.
    func managed(_ selection: IdentitySelection) -> [JSONValue] {
        let rejections = selection.rejections(query: query)
        return considered.map { binding in
            if binding.id.namespace != pod.id.namespace {
                return shown(
                    binding, "it is in namespace \(binding.id.namespace), the pod in \(pod.id.namespace); managed mode wants them equal")
            }
            if let difference = difference(binding) { return shown(binding, difference) }
            guard let identity = snapshot.azureIdentity(binding.identityID) else { return shown(binding, absent(binding)) }
            let rejection = rejections.first { $0.object == ObjectKey(identity) }
            return shown(binding, rejection?.reason ?? "its selector equals the pod's label", matches: rejection == nil)
        }
    }

    /// Standard mode: what MIC makes of each.
    func standard(_ assigned: [AzureAssignedIdentity]) -> [JSONValue] {
        considered.map { binding in
            if snapshot.node.node.mic.off { return shown(binding, "MIC is off, so that nothing comes of bindings") }
            if pod.bindingLabel?.isEmpty ?? true { return shown(binding, "the pod has no label \(Pod.bindingLabel) with a value") }
            if let difference = difference(binding) { return shown(binding, difference) }
            guard let identity = snapshot.azureIdentity(binding.identityID) else { return shown(binding, absent(binding)) }
            if !identity.isTakenByMIC {
                return shown(binding, "MIC ignores its AzureIdentity \(identity.id), whose resource id is of no form MIC takes")
            }
            if snapshot.assignmentNode(of: pod) == nil { return shown(binding, "the pod is on no node yet") }
            if snapshot.node.node.nmi.forceNamespaced || identity.isNamespaced, binding.id.namespace != pod.id.namespace {
                return shown(
                    binding, "its AzureIdentity is namespaced: it is in namespace \(binding.id.namespace), the pod in \(pod.id.namespace)")
            }
            guard let made = assigned.first(where: { $0.binding?.id == binding.id && $0.identity?.id == identity.id }) else {
                let name = AzureAssignedIdentity.name(pod: pod.id, identity: identity)
                if let holder = snapshot.assignedHolder(ofName: name), holder != pod.id {
                    return shown(binding, "MIC tells objects apart by name, and \(name) is \(holder)'s, which comes first")
                }
                if !snapshot.serves(pod) {
                    return shown(binding, "its selector equals the pod's label; the object is for NMI of the pod's node", matches: true)
                }
                return shown(binding, "a binding before it leads to an AzureIdentity of the same name, and the first is taken")
            }
            return shown(binding, "its selector equals the pod's label; \(made.id) is \(made.state)", matches: true)
        }
    }

    private func difference(_ binding: AzureIdentityBinding) -> String? {
        let label = pod.bindingLabel ?? ""
        guard binding.selector != label else { return nil }
        return binding.selector.lowercased() == label.lowercased()
            ? "its selector \"\(binding.selector)\" differs from the label \"\(label)\" in letter case only"
            : "its selector is \"\(binding.selector)\", the pod's label \(pod.bindingLabel.map { "\"\($0)\"" } ?? "is missing")"
    }

    private func absent(_ binding: AzureIdentityBinding) -> String { "its AzureIdentity \(binding.identityID) does not exist" }

    private func shown(_ binding: AzureIdentityBinding, _ reason: String, matches: Bool = false) -> JSONValue {
        [
            "binding": .string(binding.id.description), "azureIdentity": .string(binding.identityID.description),
            "matches": .bool(matches), "reason": .string(reason),
        ]
    }
}
