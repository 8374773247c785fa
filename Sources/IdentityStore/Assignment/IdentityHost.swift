import HashTreeCollections
import IdentityModel
import Surroundings

/// The user-assigned identities of one machine or scale set, and what is under way with them.
///
/// Identities are known by their resource id in lower case, as MIC sends them.
struct IdentityHost: Sendable {
    /// How an identity stands to the host.
    enum Step: Sendable {
        /// Not on it; with the reason, once Azure was asked.
        case absent(AssignmentRefusal?)
        /// On its way; on it from then on.
        case adding(until: UnixSeconds)
        /// On it.
        case present
        /// On its way off; gone from then on.
        case removing(until: UnixSeconds)
        /// Taken off by mistake; put back from then on, when MIC compares what should be with what is.
        case pulled(until: UnixSeconds)

        /// Whether time alone ends it now.
        func isOver(at now: UnixSeconds) -> Bool {
            switch self {
            case .adding(let until), .removing(let until), .pulled(let until): until <= now
            case .absent, .present: true
            }
        }

        /// Whether the host counts it.
        var occupies: Bool {
            switch self {
            case .adding, .present, .removing: true
            case .absent, .pulled: false
            }
        }
    }

    /// One identity that is on the host, or that somebody wants there.
    struct Hosted: Sendable {
        /// Assigned identities that need it.
        var users = 0
        /// The pods among them whose assigned identity is `Created`.
        var waiting: TreeSet<NamespacedName> = []
        var step = Step.absent(nil)
        /// Whether Azure refused others when it was last asked for this one.
        var isBesideRefusal = false
    }

    private(set) var identities: TreeDictionary<String, Hosted> = [:]
    /// Identities that are wanted and not on it.
    private(set) var pending: TreeSet<String> = []
    /// How many it has, those on their way included.
    private(set) var occupied = 0

    var isEmpty: Bool { identities.isEmpty }

    /// Whether the metadata service knows the identity.
    func has(_ resourceID: String) -> Bool {
        switch identities[resourceID]?.step {
        case .present, .removing: true
        default: false
        }
    }

    subscript(resourceID: String) -> Hosted {
        get { identities[resourceID] ?? Hosted() }
        set {
            if identities[resourceID]?.step.occupies == true { occupied -= 1 }
            if newValue.step.occupies { occupied += 1 }
            if case .absent = newValue.step, newValue.users > 0 { pending.insert(resourceID) } else { pending.remove(resourceID) }
            if case .absent = newValue.step, newValue.users == 0 {
                identities[resourceID] = nil
            } else {
                identities[resourceID] = newValue
            }
        }
    }
}
