import HashTreeCollections
import IdentityModel

/// Which pod has the object of a name, where the objects of several would be called alike.
///
/// A name is pod, namespace and identity with hyphens between, and these may have hyphens too: `a-b` in `c` and `a` in `b-c` want the same.
/// MIC tells objects apart by name alone, so that there is one, and the order of its cache says whose. Here it is the first pod by namespace
/// and name, however the world came about (source: nmi.md §3.1, §4).
struct NameClaims: Sendable {
    private var holders: TreeDictionary<String, NamespacedName> = [:]
    /// Pods that want a name which another has; hardly ever any.
    private var rivals: TreeDictionary<String, TreeSet<NamespacedName>> = [:]
    private var lost: TreeDictionary<NamespacedName, TreeSet<String>> = [:]

    /// The pod that has the object of that name.
    func holder(of name: String) -> NamespacedName? { holders[name] }

    /// The names a pod wants and has not.
    func namesLost(by pod: NamespacedName) -> TreeSet<String> { lost[pod] ?? [] }

    /// All who want the name.
    func claimants(of name: String) -> [NamespacedName] { (holders[name].map { [$0] } ?? []) + (rivals[name] ?? []) }

    /// Gives a pod the name.
    mutating func take(_ name: String, for pod: NamespacedName) {
        forget(name, pod)
        holders[name] = pod
    }

    /// Notes that a pod wants a name which another has.
    mutating func lose(_ name: String, by pod: NamespacedName) {
        if holders[name] == pod { holders[name] = nil }
        rivals[name, default: []].insert(pod)
        lost[pod, default: []].insert(name)
    }

    /// Notes that a pod wants the name no more.
    mutating func giveUp(_ name: String, by pod: NamespacedName) {
        if holders[name] == pod { holders[name] = nil }
        forget(name, pod)
    }

    private mutating func forget(_ name: String, _ pod: NamespacedName) {
        guard lost[pod]?.remove(name) != nil else { return }
        if lost[pod]?.isEmpty == true { lost[pod] = nil }
        rivals[name]?.remove(pod)
        if rivals[name]?.isEmpty == true { rivals[name] = nil }
    }
}
