import Authority
import Decisions
import FaceWiring
import Faults
import HTTPServing
import IdentityModel
import IdentityStore
import MetadataService
import PodIdentity
import ResourceManager
import Surroundings
import TestAids

extension World {
    /// A service with faults before it.
    ///
    /// - Parameter place: who is asked by a request.
    func faulty(_ service: any HTTPResponder, _ place: @escaping @Sendable (HTTPRequest) -> FaultPlace) -> FaultResponder {
        FaultResponder(service, board: faults, journal: journal, spoil: spoil, sleep: Self.wait, place: place)
    }

    /// NMI or the metadata service, by the plane of the moment.
    var metadataPlace: @Sendable (HTTPRequest) -> FaultPlace {
        let node = nodeMetadataPlace
        return { [store] request in
            let snapshot = store.current
            guard snapshot.plane == .podIdentity else { return node(request) }
            let facts = FaultFacts(request, snapshot, .nmi)
            return FaultPlace(
                exchange: facts.exchange, decision: facts.decision(.podIdentity),
                outage: { PodIdentityService.outage(status: $0, retryAfter: $1, for: $2) })
        }
    }

    /// The metadata service, whoever asks.
    var nodeMetadataPlace: @Sendable (HTTPRequest) -> FaultPlace {
        let throttled = metadata.limited(by: limits)
        return { [store, metadata] request in
            let facts = FaultFacts(request, store.current, .imds)
            return FaultPlace(
                exchange: facts.exchange, decision: facts.decision(.metadata),
                outage: { metadata.outage(status: $0, retryAfter: $1, for: $2) }, throttled: throttled)
        }
    }

    /// The authority or the resource manager, which share a listener.
    var authorityPlace: @Sendable (HTTPRequest) -> FaultPlace {
        { [store, authority, manager] request in
            if ResourceManagerService.serves(request) {
                let facts = FaultFacts(request, store.current, .resourceManager)
                return FaultPlace(
                    exchange: facts.exchange, decision: facts.decision(.resourceManager),
                    outage: { manager.outage(status: $0, retryAfter: $1, for: $2) })
            }
            let facts = FaultFacts(request, store.current, .authority)
            return FaultPlace(
                exchange: facts.exchange, decision: facts.decision(.authority),
                outage: { authority.outage(status: $0, retryAfter: $1, for: $2) })
        }
    }

    /// The metadata service behind NMI, with its faults.
    var faultyNodeMetadata: FaultyNodeMetadata {
        let place = nodeMetadataPlace
        return FaultyNodeMetadata(plain: NodeMetadata(metadata: metadata), faults: faults) { [faults, journal, spoil] upstream in
            FaultResponder(
                upstream, board: faults, journal: journal, spoil: spoil, sleep: Self.wait, recordsAll: true, place: place)
        }
    }

    /// The two defects of a token that answers of real services have had.
    private var spoil: FaultResponder.Spoil {
        let wrong = WrongTokens(issuer: issuer, keys: keys.signingKeys, clock: clock, entropy: entropy)
        return { token, compact in try? wrong.mistimed(compact, token == .expired ? .expired : .notYetValid) }
    }

    private static let wait: @Sendable (Int) async -> Void = { await LiveSleep.orGoOn(.milliseconds($0)) }
}

/// The metadata service in the place NMI has it, when its days may be bad.
struct FaultyNodeMetadata: LocalMetadataUpstream {
    let plain: NodeMetadata
    let faults: FaultBoard
    let faulty: @Sendable (any HTTPResponder) -> FaultResponder

    func answer(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer {
        guard faults.isArmed else { return plain.answer(request, in: snapshot) }
        return faulty(AtSnapshot(upstream: plain, snapshot: snapshot)).respond(to: request)
    }

    /// The same metadata service in one world.
    private struct AtSnapshot: HTTPResponder {
        let upstream: NodeMetadata
        let snapshot: IdentitySnapshot?

        func respond(to request: HTTPRequest) -> HTTPAnswer { upstream.answer(request, in: snapshot) }
    }
}
