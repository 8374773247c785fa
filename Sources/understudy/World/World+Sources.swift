import Control
import Decisions
import Faults
import HTTPServing
import IdentityModel
import IdentityStore
import ManagedIdentitySources
import PodIdentity
import Surroundings
import WireFormats

extension World {
    /// What a listener of a source serves, with faults before it.
    func responder(for source: ManagedIdentitySource) -> any HTTPResponder {
        let service = service(for: source)
        return faulty(service) { [store] request in
            let facts = FaultFacts(request, store.current, source.asked)
            return FaultPlace(
                exchange: facts.exchange, decision: facts.decision(.managedIdentitySources),
                outage: { service.outage(status: $0, retryAfter: $1, for: $2) })
        }
    }

    private func service(for source: ManagedIdentitySource) -> SourceService {
        SourceService(
            source, store: store,
            tokens: PlaneTokens(node: NodeTokens(issuer: issuer), pods: PodTokens(podIdentity: podIdentity)), journal: journal,
            secret: keys.sources.secret(of: source), challenges: keys.sources.challenges, clock: clock, entropy: entropy)
    }

    /// The environment of a workload at each source that is served, for `understudy env --source`.
    ///
    /// It holds what callers prove themselves with, so only those who may change the server are shown it.
    var sourceOperations: [ControlOperation] {
        [
            ControlOperation(
                "GET", "/sources", "What a workload's environment holds at each managed identity source.", changes: true,
                answers: [
                    .document(
                        .object([
                            .required(
                                "sources",
                                .array(
                                    of: .object([
                                        .required("source", .text), .required("variables", .array(of: .map(of: .text))),
                                        .required("absent", .array(of: .text)), .required("secure", .boolean),
                                    ])))
                        ]), "The sources that are served.")
                ]
            ) { [self] _, _ in
                let served = facts.withLock { $0.sources }
                let node = store.current.node
                let only = node.systemAssigned == nil ? store.current.userAssigned(limit: 2) : []
                return ControlWire.document([
                    "sources": .array(
                        served.compactMap { name, base in
                            ManagedIdentitySource(rawValue: name).map { source in
                                let secret = keys.sources.secret(of: source)?.reveal { String(decoding: $0, as: UTF8.self) } ?? ""
                                return Self.document(
                                    source,
                                    SourceEnvironment(
                                        source, base: base, secret: secret, thumbprint: keys.sources.thumbprint,
                                        onlyIdentity: only.count == 1 ? only[0].clientID : nil))
                            }
                        })
                ])
            }
        ]
    }

    private static func document(_ source: ManagedIdentitySource, _ environment: SourceEnvironment) -> JSONValue {
        [
            "source": .string(source.rawValue),
            "variables": .array(environment.variables.map { ["name": .string($0.name), "value": .string($0.value)] }),
            "absent": .strings(environment.absent), "secure": .bool(source.isSecure),
        ]
    }
}

extension ManagedIdentitySource {
    /// The name faults have for it.
    fileprivate var asked: Fault.Source {
        switch self {
        case .appService: .appService
        case .arc: .arc
        case .serviceFabric: .serviceFabric
        case .cloudShell: .cloudShell
        case .azureML: .azureML
        }
    }
}

/// Who the callers of a source are follows the node's plane, as on the metadata listener.
struct PlaneTokens: CallerTokens {
    let node: NodeTokens
    let pods: PodTokens

    func answer(_ ask: SourceAsk, in snapshot: IdentitySnapshot) -> SourceAnswer {
        snapshot.plane == .podIdentity ? pods.answer(ask, in: snapshot) : node.answer(ask, in: snapshot)
    }
}
