/// Nothing in the manifests makes pods, so that nobody asks for a token: a report on it would be green and mean nothing.
public struct NothingToRehearse: Error, CustomStringConvertible {
    /// How many objects of the identity plane there are.
    let objects: Int
    /// How many pods have ended and are nobody's.
    let finishedPods: Int

    /// What was found, and what is wanted.
    public var description: String {
        let found =
            [objects > 0 ? "\(objects) other objects" : nil, finishedPods > 0 ? "\(finishedPods) pods that have ended" : nil]
            .compactMap(\.self).joined(separator: " and ")
        return "no workload to rehearse: found \(found.isEmpty ? "no object that is read" : found); wanted: pods or what makes them, as "
            + "kubectl get azureidentity,azureidentitybinding,azurepodidentityexception,pod,sa,deploy,sts,ds,job,cronjob -A -o yaml gives them"
    }
}
