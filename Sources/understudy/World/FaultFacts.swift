import Decisions
import Faults
import HTTPServing
import IdentityModel
import IdentityStore
import WireFormats

/// What faults can know of a request: a pure function of the request and a snapshot.
struct FaultFacts {
    let request: HTTPRequest
    let snapshot: IdentitySnapshot
    let source: Fault.Source
    /// Query, and form where there is one; the first of a name counts.
    private let parameters: [Percent.Parameter]

    init(_ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ source: Fault.Source) {
        self.request = request
        self.snapshot = snapshot
        self.source = source
        let form = request.body.isEmpty ? [] : Percent.query(String(decoding: request.body, as: UTF8.self), .lenient)
        parameters = Percent.query(request.rawQuery ?? "", .lenient) + form
    }

    var exchange: FaultExchange {
        let (pod, selector, snapshot, source) = (pod, selector, snapshot, source)
        return FaultExchange(
            source: source, address: request.peer.text, pod: pod?.id, path: request.rawPath.lowercased(), audience: audience
        ) { Self.names(ofIdentity: selector, for: pod, source, in: snapshot) }
    }

    /// What is recorded of the request when a fault answers it.
    func decision(_ face: Decision.Face) -> Decision {
        var decision = Decision(face: face, plane: snapshot.plane, outcome: .faulted, reason: "")
        if let source = Decision.Source(rawValue: source.rawValue) { decision.source = source }
        decision.pod = pod?.id
        decision.selector = selector
        decision.resource = audience
        return decision
    }

    private func value(_ name: String) -> String? { parameters.first { $0.name == name && !$0.value.isEmpty }?.value }

    private var pod: Pod? {
        guard case .ipv4(let address) = request.peer.host else { return nil }
        let pods = snapshot.pods(at: address)
        return pods.count == 1 ? pods[0] : nil
    }

    /// `resource`, or the resource of a `scope`: everything before the last `/.default`.
    private var audience: String? {
        if let resource = value("resource") { return resource }
        let suffix = "/.default"
        return value("scope")?.split(separator: " ").first { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
    }

    /// Every parameter by which a client of some source names an identity (source: sdk-clients.md §1.2, §3.1).
    private static let selectors = [
        "client_id", "clientid", "object_id", "principal_id", "principalId", "msi_res_id", "mi_res_id", "resource_id",
    ]

    private var selector: Decision.Selector? {
        for name in Self.selectors { if let value = value(name) { return Decision.Selector(name: name, value: value) } }
        return nil
    }

    /// All names of the identity a request means; the text it named it by, where nobody has it.
    private static func names(
        ofIdentity selector: Decision.Selector?, for pod: Pod?, _ source: Fault.Source, in snapshot: IdentitySnapshot
    ) -> Set<String> {
        var names: Set<String> = []
        guard let selector else {
            // In the plane pod-identity the sources beside the metadata service give what NMI gives.
            let isBeside = ![.imds, nil].contains(Decision.Source(rawValue: source.rawValue))
            let isPods = source == .nmi || (isBeside && snapshot.plane == .podIdentity)
            if isPods { return pod.map { boundNames($0, in: snapshot) } ?? [] }
            let user = snapshot.userAssigned(limit: 2)
            add(snapshot.node.systemAssigned ?? (user.count == 1 ? user[0] : nil), to: &names)
            return names
        }
        names.insert(selector.value.lowercased())
        switch selector.name {
        case "client_id", "clientid": add(snapshot.assigned(clientID: selector.value), to: &names)
        case "object_id", "principal_id", "principalId": add(snapshot.assigned(objectID: selector.value), to: &names)
        default: add(snapshot.assigned(resourceID: selector.value), to: &names)
        }
        guard source == .authority else { return names }
        for application in snapshot.applications(clientID: selector.value) {
            names.formUnion([application.name.lowercased(), application.objectID.lowercased()])
        }
        return names
    }

    private static func add(_ principal: Principal?, to names: inout Set<String>) {
        guard let principal else { return }
        for name in [principal.name, principal.clientID, principal.objectID, principal.resourceID ?? ""] where !name.isEmpty {
            names.insert(name.lowercased())
        }
    }

    /// Without an id NMI takes any of those bound to the pod, so a fault on any of them meets the request.
    private static func boundNames(_ pod: Pod, in snapshot: IdentitySnapshot) -> Set<String> {
        var names: Set<String> = []
        for binding in snapshot.bindings(in: pod.id.namespace, selector: pod.labels["aadpodidbinding"] ?? "") {
            guard let identity = snapshot.azureIdentity(binding.identityID) else { continue }
            for name in [identity.id.name, identity.clientID, identity.resourceID] where !name.isEmpty { names.insert(name.lowercased()) }
        }
        return names
    }
}
