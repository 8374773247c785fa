import IdentityModel

/// Tells which workload a recorded caller belongs to.
struct Attribution {
    private let byPod: [NamespacedName: WorkloadID]
    private let byAddress: [String: WorkloadID]
    private let byNamespace: [String: [WorkloadID]]

    init(_ workloads: [Workload]) {
        var byPod: [NamespacedName: WorkloadID] = [:]
        var byAddress: [String: Set<WorkloadID>] = [:]
        for workload in workloads {
            for pod in workload.pods { byPod[NamespacedName(namespace: workload.id.name.namespace, name: pod)] = workload.id }
            for address in workload.addresses { byAddress[address, default: []].insert(workload.id) }
        }
        self.byPod = byPod
        // An address that was given out twice, as to pods of Jobs one after the other, tells nothing.
        self.byAddress = byAddress.compactMapValues { $0.count == 1 ? $0.first : nil }
        byNamespace = Dictionary(grouping: workloads.map(\.id), by: \.name.namespace)
    }

    /// The workload of a caller; nil where the manifests have none.
    func workload(of caller: RecordedCaller) -> WorkloadID? {
        guard let pod = caller.pod else { return caller.address.flatMap { byAddress[$0] } }
        return byPod[pod] ?? maker(of: pod)
    }

    /// The workload whose pods have such names: pods come and go, and those of the recording may be gone from the export.
    private func maker(of pod: NamespacedName) -> WorkloadID? {
        (byNamespace[pod.namespace] ?? []).filter { $0.makes(pod.name) }.max { $0.name.name.count < $1.name.name.count }
    }
}

extension WorkloadID {
    /// How Kubernetes names the pods of a kind: what follows the workload's own name, part by part.
    private enum Part {
        /// Five letters and digits, at random.
        case random
        /// Letters and digits: the hash of a template.
        case hash
        /// A number.
        case number
    }

    /// Whether a pod has a name such as the workload gives to its own.
    fileprivate func makes(_ pod: String) -> Bool {
        guard kind != "Pod" else { return pod == name.name }
        guard pod.hasPrefix("\(name.name)-") else { return false }
        let parts = pod.dropFirst(name.name.count + 1).split(separator: "-", omittingEmptySubsequences: false)
        return Self.forms(kind).contains { form in
            form.count == parts.count && zip(form, parts).allSatisfy { Self.fits($1, $0) }
        }
    }

    private static func forms(_ kind: String) -> [[Part]] {
        switch kind {
        case "Deployment": [[.hash, .random]]
        case "StatefulSet": [[.number]]
        case "CronJob": [[.number, .random]]
        // A Job of indexed completion puts the index before the random part.
        case "Job": [[.random], [.number, .random]]
        default: [[.random]]
        }
    }

    private static func fits(_ text: Substring, _ part: Part) -> Bool {
        let isPlain = !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isNumber || $0.isLowercase) }
        return switch part {
        case .number: !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
        case .hash: isPlain && text.count <= 10
        case .random: isPlain && text.count == 5
        }
    }
}
