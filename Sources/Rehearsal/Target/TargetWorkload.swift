import IdentityModel
import WireFormats

/// What a workload is to be in the target.
struct TargetWorkload: Sendable {
    /// What becomes of it.
    enum Course: Hashable, Sendable {
        /// It gets its tokens by workload identity.
        case migrates
        /// It has no identity to lose, and stays as it is.
        case stays
        /// A person has to decide; until then it stays as it is.
        case undecided(Reason)
    }

    /// Why a person has to decide.
    enum Reason: String, Hashable, Sendable {
        /// All it has are service principals with credentials of their own.
        case servicePrincipal = "service-principal"
        /// Its pods share their node's address.
        case hostNetwork = "host-network"
        /// An exception lets it past NMI, to the node's own identities.
        case exception
    }

    /// What becomes of it.
    let course: Course
    /// The pod template, as it is to be.
    let template: JSONValue
    /// The service account its pods run as.
    let serviceAccount: NamespacedName
    /// Managed identities it has to go on reaching; the first is what requests without an id get.
    let identities: [KnownIdentity]
}
