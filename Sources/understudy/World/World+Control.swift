import Authority
import Control
import Cryptography
import FaceWiring
import HTTPServing
import IdentityModel
import IdentityStore
import MetadataService
import PodIdentity
import Surroundings
import Synchronization
import TestAids
import TokenIssuance
import WireFormats
import WorkloadIdentity

extension World {
    /// What the control listener serves.
    var control: ControlService {
        let upstream = metadataUpstream
        let entra = nodeAuthority
        let tokens = TokenOperations(
            store: store, verifier: verifier,
            wrong: WrongTokens(issuer: issuer, keys: keys.signingKeys, clock: clock, entropy: entropy))
        let assertions = AssertionOperations(
            store: store, explanation: AssertionExplanation(of: authority), issuers: clusterIssuers, clock: clock, entropy: entropy)
        return ControlService(
            .init(
                store: store, journal: journal, facts: { [self] in isAnnounced.withLock { $0 } ? facts.withLock { $0 } : nil },
                caCertificatePEM: keys.ca.certificate.pem,
                issuer: .init(
                    path: IssuerCertificate.path, pem: { [platform] in try await platform.issuing().certificate.pem },
                    der: { [platform] in try await platform.issuing().certificate.der }),
                metrics: { [issuer] in Self.metrics(issuer) }, exposition: { [nmiMetrics] in nmiMetrics.exposition },
                explain: { query, snapshot in Self.explanation(query, snapshot, upstream, entra) }, access: controlAccess,
                operations: VerificationOperations(journal: journal, marks: marks, pause: LiveSleep.orEnd).all
                    + ResetOperations(journal: journal, and: resettables).all + ClockOperations(clock: time).all
                    + EventOperations.all(events) + keyRotation.operations + ClusterOperations.all(clusterIssuers) + tokens.all
                    + sourceOperations + assertions.all + WorkloadOperations.all(store)
                    + FaultOperations(board: faults, store: store, journal: journal, systemClock: .live).all,
                version: Understudy.version))
    }

    /// Loopback is open; beyond it changes need a token, which is kept only where there is a state directory.
    private var controlAccess: ControlAccess {
        guard settings.control.contains(where: { !$0.isLoopback }) else { return .open }
        guard let directory = keys.directory else { return .readOnly }
        return (try? directory.secret("control-token", bytes: 32)).map { .bearer($0) } ?? .readOnly
    }

    private static func metrics(_ issuer: TokenIssuer) -> [Metric] {
        let counts = issuer.counts
        return [
            Metric("tokens_signed_total", .counter, help: "Tokens signed.", [.init(counts.signed)]),
            Metric("tokens_reused_total", .counter, help: "Answers that repeated a token from memory.", [.init(counts.reused)]),
        ]
    }

    private static func explanation(
        _ query: ExplainQuery, _ snapshot: IdentitySnapshot, _ upstream: any InstanceMetadataUpstream, _ entra: NodeAuthority
    ) -> JSONValue {
        guard snapshot.plane == .podIdentity, let caller = query.caller else {
            return MetadataExplanation.document(parameters: query.parameters, snapshot: snapshot)
        }
        let explanation = PodIdentityExplanation(snapshot: snapshot, upstream: upstream, authority: entra)
        switch caller {
        case .address(let address): return explanation.document(caller: .address(address), parameters: query.parameters)
        case .pod(let pod): return explanation.document(caller: .pod(pod), parameters: query.parameters)
        }
    }
}
