import Decisions
import HTTPServing
public import IdentityModel
public import IdentityStore
import Surroundings
public import WireFormats

/// Why a caller gets, or does not get, an identity from NMI: the same pure steps as a request takes, each told in a sentence.
public struct PodIdentityExplanation: Sendable {
    /// Who asks.
    public enum Caller: Sendable {
        case address(String)
        case pod(NamespacedName)
    }

    private let snapshot: IdentitySnapshot
    private let upstream: any InstanceMetadataUpstream

    /// Explains on one snapshot, with the metadata service that NMI has behind it.
    public init(snapshot: IdentitySnapshot, upstream: any InstanceMetadataUpstream) {
        self.snapshot = snapshot
        self.upstream = upstream
    }

    private struct Verdict {
        var pod: Pod?
        var response: HTTPResponse?
        var issued = false
        var steps: [String] = []
        var bindings: [JSONValue] = []
    }

    /// The explanation as a document: `outcome`, `status` and `answer` (what the workload would see), `steps`, `bindings`.
    public func document(caller: Caller, parameters: [(name: String, value: String)]) -> JSONValue {
        let query = NMIQuery { name in
            let value = parameters.first { $0.name == name }?.value ?? ""
            return name == "resource" && value.isEmpty ? "https://management.azure.com/" : value
        }
        let verdict = verdict(caller: caller, query: query)
        var members: [JSONMember] = [JSONMember("plane", .string(snapshot.plane.rawValue))]
        if let pod = verdict.pod {
            members.append(JSONMember("pod", .string(pod.id.description)))
            members.append(
                JSONMember("labels", .object(pod.labels.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) })))
        }
        members.append(JSONMember("outcome", verdict.issued ? "issued" : "refused"))
        if let response = verdict.response {
            members.append(JSONMember("status", .integer(response.status.code)))
            members.append(JSONMember("answer", .string(String(decoding: response.body.prefix(2000), as: UTF8.self))))
        }
        members.append(JSONMember("steps", .strings(verdict.steps)))
        members.append(JSONMember("bindings", .array(verdict.bindings)))
        return .object(members)
    }

    private func verdict(caller: Caller, query: NMIQuery) -> Verdict {
        var verdict = Verdict()
        func refuse(_ failure: NMIFailure, pod: Pod? = nil, address: String = "") {
            verdict.steps.append(
                pod.map { failure.explanation(of: $0.id, query, bound: $0) } ?? failure.explanation(address: address))
            verdict.response = NMIWire.failure(failure, retryAfter: snapshot.node.node.nmi.setRetryAfterHeader && failure.isLookup)
        }
        let pod: Pod
        switch caller {
        case .pod(let id):
            guard let known = snapshot.pod(id) else {
                refuse(.podUnknown(id))
                return verdict
            }
            verdict.pod = known
            guard known.isResolvable, let address = known.address else {
                verdict.steps.append(
                    known.isResolvable
                        ? "\(id) has no IPv4 status.podIP, so no caller can be resolved to it yet."
                        : "\(id) is in phase \(known.phase), so NMI's pod cache no longer resolves its address.")
                refuse(.podListEmpty, address: known.podIP ?? "of \(id)")
                return verdict
            }
            do throws(NMIFailure) {
                pod = try CallerResolution.pod(of: PeerAddress(host: .ipv4(address), port: 0), in: snapshot)
            } catch {
                refuse(error, address: known.podIP ?? "")
                return verdict
            }
        case .address(let text):
            let host = IPv4.parse(text).map { PeerAddress.Host.ipv4($0) } ?? .ipv6(text: text)
            do throws(NMIFailure) {
                pod = try CallerResolution.pod(of: PeerAddress(host: host, port: 0), in: snapshot)
                verdict.steps.append("The address \(text) is \(pod.id)'s.")
            } catch {
                refuse(error, address: text)
                return verdict
            }
        }
        verdict.pod = pod
        if let bypass = CallerResolution.exception(of: pod, in: snapshot) {
            switch bypass {
            case .excepted(let exception):
                verdict.steps.append("AzurePodIdentityException \(exception.id) covers its labels: the metadata service is asked directly.")
            case .looksLikeMIC: verdict.steps.append("Its ReplicaSet's name begins with mic: the metadata service is asked directly.")
            }
            ask(clientID: query.clientID, query: query, identity: nil, &verdict)
            return verdict
        }
        // Any of several may be chosen; an explanation takes the first and says so.
        let selection = IdentitySelection.managed(pod: pod, query: query, snapshot: snapshot, entropy: Entropy { 0 })
        verdict.bindings = bindings(of: pod, selection: selection, query: query)
        guard let identity = selection.chosen?.identity else {
            refuse(.identityNotFound(requestedClientID: query.clientID), pod: pod)
            return verdict
        }
        let fitting = selection.candidates.filter { $0.identity != nil }.count
        verdict.steps.append("\(identity.id) is chosen" + (query.namesNoIdentity && fitting > 1 ? ", at random among \(fitting)." : "."))
        if let failure = identity.servicePrincipalFailure(in: snapshot) {
            refuse(.token(failure))
        } else {
            ask(clientID: identity.clientID, query: query, identity: identity, &verdict)
        }
        return verdict
    }

    /// What the metadata service would say; a token that would have to be signed is taken for granted.
    private func ask(clientID: String, query: NMIQuery, identity: AzureIdentity?, _ verdict: inout Verdict) {
        let fetch = TokenFetch(upstream: upstream, timing: .instant)
        switch fetch.managedIdentityToken(
            resource: query.resource, clientID: clientID, peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 0))
        {
        case .done(let outcome):
            if case .failure(let failure) = outcome.result {
                verdict.steps.append("But \(failure.explanation).")
                verdict.response = NMIWire.failure(identity == nil ? .exceptedToken(failure) : .token(failure), retryAfter: false)
                return
            }
        case .waiting: break
        }
        verdict.issued = true
        let name = clientID.isEmpty ? "the node's default identity" : "client id \(clientID)"
        verdict.steps.append("The node has \(name) and \(query.resource) is known: a token is issued.")
    }

    /// Every binding worth a word: those of the pod's namespace, and those elsewhere that only the namespace keeps from matching.
    private func bindings(of pod: Pod, selection: IdentitySelection, query: NMIQuery) -> [JSONValue] {
        let label = pod.bindingLabel ?? ""
        return snapshot.allBindings.filter { $0.id.namespace == pod.id.namespace || $0.selector == label }.prefix(500).map { binding in
            let identity = snapshot.azureIdentity(binding.identityID)
            let reason: String
            var matches = false
            if binding.id.namespace != pod.id.namespace {
                reason = "it is in namespace \(binding.id.namespace), the pod in \(pod.id.namespace); managed mode wants them equal"
            } else if binding.selector != label {
                reason =
                    binding.selector.lowercased() == label.lowercased()
                    ? "its selector \"\(binding.selector)\" differs from the label \"\(label)\" in letter case only"
                    : "its selector is \"\(binding.selector)\", the pod's label \(pod.bindingLabel.map { "\"\($0)\"" } ?? "is missing")"
            } else if let identity {
                let rejection = selection.rejections(query: query).first {
                    $0.object.name == identity.id.name && $0.object.kind == .azureIdentity
                }
                matches = rejection == nil
                reason = rejection?.reason ?? "its selector equals the pod's label"
            } else {
                reason = "its AzureIdentity \(binding.identityID) does not exist"
            }
            return [
                "binding": .string(binding.id.description), "azureIdentity": .string(binding.identityID.description),
                "matches": .bool(matches), "reason": .string(reason),
            ]
        }
    }
}

extension NMIFailure {
    /// Whether `--set-retry-after-header` turns it into a 503.
    var isLookup: Bool {
        switch self {
        case .identityNotFound, .podUnknown: true
        default: false
        }
    }
}
