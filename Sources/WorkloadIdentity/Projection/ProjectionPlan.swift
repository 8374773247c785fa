public import IdentityModel
public import IdentityStore

/// All tokens that are to be kept at one state of the world, and why others are not.
public struct ProjectionPlan: Sendable {
    /// Counts states of the world; while it is the same, so is the plan.
    public let generation: Int
    /// What is to be kept; no two in one directory.
    public let assignments: [TokenAssignment]
    /// Why a pod that asks for a token gets none.
    public let refusals: [ProjectionRefusal]

    /// A plan that was made otherwise.
    public init(generation: Int, assignments: [TokenAssignment], refusals: [ProjectionRefusal] = []) {
        self.generation = generation
        self.assignments = assignments
        self.refusals = refusals
    }

    /// The plan for every annotated pod of the served node that `isWanted`.
    ///
    /// - Parameters:
    ///   - issuer: the cluster's; nil when its keys are somebody else's.
    ///   - isWanted: which pods count.
    public init(
        for snapshot: IdentitySnapshot, issuer: ClusterIssuer?, overrides: TokenOverrides = TokenOverrides(),
        where isWanted: (Pod) -> Bool = { _ in true }
    ) {
        var assignments: [TokenAssignment] = []
        var refusals: [ProjectionRefusal] = []
        var owners: [String: String] = [:]
        for pod in snapshot.projectedPods where isWanted(pod) {
            do throws(ProjectionRefusal) {
                guard let issuer else { throw ProjectionRefusal("Pod \(pod.id)", Self.noIssuer) }
                let assignment = try TokenAssignment(pod: pod, issuer: issuer, overrides: overrides, in: snapshot)
                if let first = owners[assignment.place.directory] {
                    throw ProjectionRefusal(
                        assignment.owner, "\(Pod.tokenDirectoryAnnotation): \(assignment.place.directory) is already that of \(first)")
                }
                owners[assignment.place.directory] = assignment.owner
                assignments.append(assignment)
            } catch {
                refusals.append(error)
            }
        }
        self.init(generation: snapshot.generation, assignments: assignments, refusals: refusals)
    }

    /// Why a cluster that is somebody else's gives no tokens.
    public static let noIssuer =
        "the Cluster's issuer is somebody else's and so are its keys; leave issuer out, or say emulated: true to sign in its name"
}
