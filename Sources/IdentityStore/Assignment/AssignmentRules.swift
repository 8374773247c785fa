import IdentityModel
import Synchronization

/// What of the nodes' manifests decides about assignment; when it changes, everything is looked at anew.
struct AssignmentRules: Equatable, Sendable {
    /// What MIC does.
    enum Conduct: Sendable {
        /// There is no MIC: another plane, or managed mode.
        case absent
        /// `mic: {off: true}`: what the manifests say, or MIC has left, stays as it is.
        case frozen
        /// It follows pods, bindings and identities.
        case active
    }

    let conduct: Conduct
    let forceNamespaced: Bool
    let mic: MICSettings
    let servedNode: String
    /// Whether one metadata service stands for all nodes, because none was picked of several.
    let servesAllNodes: Bool
    /// Where identities go, of the nodes that manifests describe.
    private let hosts: [String: AssignmentHost]
    /// What other nodes are taken to be like.
    private let shape: NodeShape
    private let others = HostMemory()
    /// Resource ids, in lower case, that the served node has by its own manifest.
    let preassigned: Set<String>
    /// Whether assignment takes its time, or is over at once.
    let takesTime: Bool

    /// The rules of the served node.
    ///
    /// - Parameters:
    ///   - nodes: all that manifests describe.
    ///   - onlyNode: the only one whose pods are served, if there is one.
    init(_ served: ServedNode, nodes: [Node], onlyNode: String?, takesTime: Bool) {
        let node = served.node
        let isStandard = node.plane == .podIdentity && node.podIdentityMode == .standard
        conduct = !isStandard ? .absent : node.mic.off ? .frozen : .active
        forceNamespaced = node.nmi.forceNamespaced
        mic = node.mic
        servedNode = node.name
        servesAllNodes = onlyNode == nil
        hosts = Dictionary(
            (nodes + [node]).map { ($0.name, $0.scaleSetName.map { .scaleSet($0) } ?? .machine($0.name)) },
            uniquingKeysWith: { first, _ in first })
        shape = node.shape
        if case .assignedByMIC(let listed) = served.userAssigned {
            preassigned = Set(listed.compactMap { $0.resourceID?.lowercased() })
        } else {
            preassigned = []
        }
        self.takesTime = takesTime
    }

    /// The node a pod is on.
    ///
    /// A pod written by hand has an address and names no node: it is on the served one. One that has neither waits for the scheduler,
    /// and MIC passes it over.
    func node(of pod: Pod) -> String? { pod.nodeName ?? (pod.podIP == nil ? nil : servedNode) }

    /// Where identities of a node's pods go.
    func host(ofNode node: String) -> AssignmentHost {
        hosts[node] ?? others.host(ofNode: node) { Node.scaleSetName(ofNode: node, shape: shape).map { .scaleSet($0) } ?? .machine(node) }
    }

    /// Whether anything is scripted that Azure could refuse.
    var mayRefuse: Bool { !mic.assignmentFailures.isEmpty || mic.maxIdentities != nil }

    /// Why Azure would not take the identity, as scripted; nil when it would.
    func scriptedRefusal(of identity: AzureIdentity) -> AssignmentRefusal? {
        mic.assignmentFailures.first { $0.concerns(identity) }.map { AssignmentRefusal($0.reason) }
    }

    /// Whether the identity is never taken off.
    ///
    /// The list is lower-cased and the `AzureIdentity`'s client id is not, so one in capitals never matches (source: nmi.md §5.4).
    func isImmutable(_ identity: AzureIdentity) -> Bool {
        mic.immutableIdentities.contains { $0.lowercased() == identity.clientID }
    }

    /// Seconds an assignment to the host takes: 40 to 60, the same for the same identity every time (source: nmi.md §5.3).
    func seconds(toAssign resourceID: String, on host: AssignmentHost) -> Int {
        let hash = "\(host) \(resourceID)".utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        return 40 + Int(hash % 21)
    }
}

/// Remembers what was worked out from names of nodes: it is asked for with every assigned identity.
///
/// The same rules always work out the same, so that what is remembered tells no rules from others.
private final class HostMemory: Sendable, Equatable {
    private let hosts = Mutex<[String: AssignmentHost]>([:])

    func host(ofNode node: String, _ workOut: () -> AssignmentHost) -> AssignmentHost {
        hosts.withLock { hosts in
            if let known = hosts[node] { return known }
            let host = workOut()
            hosts[node] = host
            return host
        }
    }

    static func == (left: HostMemory, right: HostMemory) -> Bool { true }
}
