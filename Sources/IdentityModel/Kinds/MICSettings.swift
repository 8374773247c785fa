/// What MIC does in standard mode, and what is scripted to befall it (source: nmi.md §5, §8.2).
public struct MICSettings: Hashable, Sendable {
    /// MIC does not run: `AzureAssignedIdentity` objects stand as the manifests say, or as it left them when it was switched off.
    public var off = false
    /// `--immutable-user-msis`: client ids of identities that are never taken off a node.
    public var immutableIdentities: [String] = []
    /// Identities that cannot be assigned, and why.
    public var assignmentFailures: [AssignmentFailure] = []
    /// How many user-assigned identities a machine or scale set may have; nil for no limit.
    public var maxIdentities: Int?

    /// A MIC that runs and to which nothing happens.
    public init() {}

    init(_ reader: inout FieldReader) {
        // The bare word `off` is a boolean of YAML 1.1, and so this member's name arrives as `false` unless it was quoted.
        off = reader.bool("off") ?? (reader.has("false") ? reader.bool("false") : nil) ?? off
        immutableIdentities = reader.strings("immutableIdentities") ?? []
        assignmentFailures = (reader.nestedList("assignmentFailures") { AssignmentFailure(&$0) } ?? []).compactMap { $0 }
        maxIdentities = reader.integer("maxIdentities", in: 0...Int.max)
    }
}

/// An identity that Azure refuses to put on the node, as a manifest scripts it.
public struct AssignmentFailure: Hashable, Sendable {
    /// What Azure objects to.
    public enum Reason: String, CaseIterable, Hashable, Sendable {
        /// There is no managed identity with that resource id.
        case identityMissing = "identity-missing"
        /// The cluster lacks the role Managed Identity Operator on the identity.
        case permissionMissing = "permission-missing"
    }

    /// The `AzureIdentity`, by name, by `namespace/name`, or by its resource id.
    public let identity: String
    /// What Azure objects to.
    public let reason: Reason

    init?(_ reader: inout FieldReader) {
        let identity = reader.string("identity", allowed: "the name of an AzureIdentity, namespace/name, or its resource id") {
            !$0.isEmpty
        }
        reason = reader.choice("reason", Reason.self) ?? .identityMissing
        guard let identity else {
            if !reader.has("identity") {
                reader.missing("identity", allowed: "the name of an AzureIdentity, namespace/name, or its resource id")
            }
            return nil
        }
        self.identity = identity
    }

    /// Whether it speaks of this identity; resource ids are compared in any case, as Azure does.
    public func concerns(_ identity: AzureIdentity) -> Bool {
        self.identity == identity.id.name || self.identity == identity.id.description
            || self.identity.lowercased() == identity.resourceID.lowercased()
    }
}
