import IdentityModel
import WireFormats
import WorkloadIdentity

/// What a workload gets in the target, by the ways that workload identity has.
struct TargetAnswers: Sendable {
    /// What the webhook made of its pod.
    enum Injection: Sendable {
        /// It is not asked: the pod lacks the label.
        case notSelected
        /// It refused the pod.
        case denied(String)
        /// The pod as it is admitted.
        case injected(JSONValue)

        /// The pod, if it was injected.
        var pod: JSONValue? { if case .injected(let pod) = self { pod } else { nil } }
    }

    /// The pod as the target has it.
    var injection = Injection.notSelected
    /// The same pod asking for the sidecar.
    var sidecarInjection = Injection.notSelected
    /// Asked at the token endpoint, as an SDK's workload identity credential asks.
    var exchange: [Observation] = []
    /// Asked of the sidecar.
    var sidecar: [Observation] = []
    /// Asked of the node's metadata service, which pods without a sidecar still reach.
    var node: [Observation] = []

    /// All of it.
    var all: [Observation] { exchange + sidecar + node }
}
