public import IdentityModel
public import Surroundings

/// What identities are assigned to in Azure: a machine, or all machines of a scale set at once (source: nmi.md §5.2).
public enum AssignmentHost: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// A machine of its own, which is called as its node.
    case machine(String)
    /// A scale set, by name alone: two of the same name in different resource groups are taken for one.
    case scaleSet(String)

    /// `VM aks-0`, `scale set aks-pool1-vmss`.
    public var description: String {
        switch self {
        case .machine(let name): "VM \(name)"
        case .scaleSet(let name): "scale set \(name)"
        }
    }
}

/// Why Azure does not take an identity onto a host.
public enum AssignmentRefusal: Hashable, Sendable {
    /// There is no managed identity with that resource id.
    case identityMissing
    /// The cluster lacks the role Managed Identity Operator on the identity.
    case permissionMissing
    /// The host would have more identities than it may have.
    case limitReached(Int)

    init(_ reason: AssignmentFailure.Reason) {
        switch reason {
        case .identityMissing: self = .identityMissing
        case .permissionMissing: self = .permissionMissing
        }
    }
}

/// Something MIC did, or failed to do, to one `AzureAssignedIdentity`.
public struct AssignmentChange: Sendable {
    /// What happened.
    public enum Event: Hashable, Sendable {
        /// The object was made, in state `Created`.
        case created
        /// Its identity or its binding was edited, or the pod moved: back to `Created`.
        case updated
        /// The identity is on the host, which took, or would have taken, so many seconds: `Assigned`.
        case assigned(afterSeconds: Int)
        /// Azure refused; the object stays `Created` and is tried again when something on the host changes.
        case failed(AssignmentRefusal)
        /// The object is gone; `freesHost` when the identity was taken off the host with it.
        case removed(freesHost: Bool)
        /// Another pod has the object of this name; the pod goes without until that one goes.
        case nameTaken(by: NamespacedName)
        /// The identity was taken off the host although pods need it, because these are called like the one that went.
        case pulled
    }

    /// What happened.
    public let event: Event
    /// The object as it is after that, or was before it went.
    public let assigned: AzureAssignedIdentity
    /// Where the identity is, or should be.
    public let host: AssignmentHost
    /// When.
    public let time: UnixSeconds
    /// Seconds that Azure took, or would have taken, to change the host; 0 when the host stays as it is.
    public let hostSeconds: Int
    /// Whether Azure refused others that were asked for with it, which MIC tells in other words (source: nmi.md §5.5).
    public let isBesideRefusal: Bool
}
