import IdentityModel
import WireFormats

/// Sets the stage for a command: which workload it stands for, and both worlds with that one pod.
struct LiveStaging {
    let cluster: ExportedCluster
    let catalogue: IdentityCatalogue
    let settings: RehearsalSettings

    private static let loopback: UInt32 = 0x7F00_0001

    /// The workload as which the command runs.
    ///
    /// - Throws: `LiveRefusal` where the name does not lead to one, or there are several.
    func workload(_ name: NamespacedName?) throws(LiveRefusal) -> Workload {
        let candidates = Candidates(cluster, catalogue: catalogue)
        let possible = cluster.workloads.filter { !$0.isOnHostNetwork && (name == nil ? !candidates.of($0).isEmpty : $0.id.name == name) }
        // Two of one name, as a CronJob and a Deployment may be: the one with an identity is meant, if only one has.
        let withIdentity = possible.filter { !candidates.of($0).isEmpty }
        if withIdentity.count == 1 { return withIdentity[0] }
        if possible.count == 1 { return possible[0] }
        let all = cluster.workloads.filter { !$0.isOnHostNetwork && !candidates.of($0).isEmpty }.map { "\($0.id.name)" }
        let allowed =
            all.isEmpty
            ? "a workload that is not on the host's network"
            : all.prefix(20).joined(separator: ", ") + (all.count > 20 ? " and \(all.count - 20) more" : "")
        if let name, cluster.workloads.contains(where: { $0.id.name == name && $0.isOnHostNetwork }) {
            throw LiveRefusal(
                description: "--as: found \(name), whose pods are on the host's network and meet no NMI; allowed: \(allowed)")
        }
        throw LiveRefusal(
            description: name.map {
                "--as: found \($0), which \(possible.isEmpty ? "no workload is called" : "several are called"); allowed: \(allowed)"
            }
                ?? "--command: found \(possible.count) workloads with identities; say as which it is to run with --as, allowed: \(allowed)")
    }

    /// Both worlds.
    func stage(_ workload: Workload, target: TargetCluster, injection: TargetAnswers.Injection?) -> LiveStage {
        let node = RehearsedNode(cluster, catalogue: catalogue, settings: settings)
        let planned = target.workloads[workload.id]?.template ?? workload.template
        let moved = injection?.pod ?? planned
        let id = NamespacedName(namespace: workload.id.name.namespace, name: workload.representative)
        var becomes = workload
        becomes.template = planned
        return LiveStage(
            workload: workload.id.description,
            today: LiveStage.Scene(
                name: "today", documents: TodayPlane.documents(of: cluster, catalogue: catalogue, node: node),
                pod: workload.runningPod(address: Self.loopback, node: node.name), id: id, container: InjectedPod(workload.template)),
            target: LiveStage.Scene(
                name: "target", documents: TargetPlane.documents(target, of: cluster, catalogue: catalogue, node: node),
                pod: Self.running(moved, as: becomes, node: node.name), id: id, container: InjectedPod(moved)))
    }

    /// The pod as the webhook left it, running.
    private static func running(_ admitted: JSONValue, as workload: Workload, node: String) -> JSONValue {
        let pod = workload.runningPod(address: loopback, node: node)
        let volumes = admitted["spec"]?["volumes"] ?? []
        return pod.setting(path: ["spec", "volumes"], volumes)
    }
}
