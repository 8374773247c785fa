/// A workload with all that was observed of it: what checks look at.
struct RehearsedWorkload: Sendable {
    let workload: Workload
    let today: TodayAnswers
    let planned: TargetWorkload
    let target: TargetAnswers
    /// What the node answers to the same requests, with NMI gone and nothing migrated.
    let gap: [Observation]
    /// What NMI answers its pods once they are as in the target, NMI being there still; nil for a workload that does not move.
    let withBothLabels: Observation?
    /// What it was recorded to ask, made again; nil without a recording of it.
    var recorded: RecordedWorkload?
    /// What came of a command that was run in its place; nil where none was.
    var live: LiveComparison?

    var name: String { workload.id.description }

    /// What is asked the same way, by each path.
    func exchange(_ shape: RequestShape) -> Observation? { target.exchange.first { $0.shape == shape } }
    func sidecar(_ shape: RequestShape) -> Observation? { target.sidecar.first { $0.shape == shape } }
    func node(_ shape: RequestShape) -> Observation? { target.node.first { $0.shape == shape } }
    func gap(_ shape: RequestShape) -> Observation? { gap.first { $0.shape == shape } }
}

/// The cluster with all that was observed: what checks of the whole look at.
struct RehearsedCluster: Sendable {
    let cluster: ExportedCluster
    let catalogue: IdentityCatalogue
    let target: TargetCluster
    let mode: String
    /// The client id of the node's kubelet identity; nil where the node has none.
    let kubelet: String?
    let workloads: [RehearsedWorkload]
    /// What was tried out once for all; nil where no workload could try it.
    let experiments: Experiments?
    /// What a person has decided to put in the place of something else.
    let replacements: Replacements
    /// What was recorded; nil without a recording.
    var recorded: AttributedUse?
}
