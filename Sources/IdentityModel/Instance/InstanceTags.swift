import WireFormats

/// A tag of a machine.
public struct InstanceTag: Hashable, Sendable {
    /// The tag's name.
    public let name: String
    /// Its value.
    public let value: String
}

/// Tags in the two forms of the wire.
enum InstanceTags {
    /// By name, as captures have them.
    static func sorted(_ tags: [InstanceTag]) -> [InstanceTag] { tags.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }

    /// `k:v;k2:v2`, unescaped, so that a value with either sign in it is ambiguous: `tagsList` exists for that.
    static func text(_ tags: [InstanceTag]) -> String { tags.map { "\($0.name):\($0.value)" }.joined(separator: ";") }

    /// Reads `k:v;k2:v2`; a colon after the first belongs to the value.
    static func parse(_ text: String) -> [InstanceTag] {
        text.split(separator: ";").map { pair in
            let parts = pair.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return InstanceTag(name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
        }
    }

    /// The tags AKS puts on the machines of a pool (source: imds.md §3.4).
    static func ofAKS(set: ScaleSetInstance?, seed: String, kubeletClientID: String?) -> [InstanceTag] {
        let name = set?.set ?? ""
        // aks-POOL-DIGITS-vmss
        let parts = name.split(separator: "-")
        let pool = parts.count > 3 ? parts[1..<(parts.count - 2)].joined(separator: "-") : "nodepool1"
        let suffix = parts.count > 3 ? String(parts[parts.count - 2]) : "00000000"
        var tags = [
            InstanceTag(name: "aks-managed-coordination", value: "true"),
            InstanceTag(name: "aks-managed-createOperationID", value: GUID(derivedFrom: "\(seed)/createOperation").description),
            InstanceTag(name: "aks-managed-creationSource", value: "vmssclient-\(name)"),
            InstanceTag(name: "aks-managed-orchestrator", value: "Kubernetes:1.30.7"),
            InstanceTag(name: "aks-managed-poolName", value: pool),
            InstanceTag(name: "aks-managed-resourceNameSuffix", value: suffix),
        ]
        if let kubeletClientID { tags.append(InstanceTag(name: "aks-managed-kubeletIdentityClientID", value: kubeletClientID)) }
        return tags
    }
}
