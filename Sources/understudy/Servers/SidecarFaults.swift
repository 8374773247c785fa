import Decisions
import Faults
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import WorkloadIdentity

/// Faults of a sidecar, which has no control listener: they are what its files say, from its start to its end.
struct SidecarFaults {
    private let store: IdentityStore
    private let board: FaultBoard

    /// Reads the faults of manifests; nil when there is no manifest.
    ///
    /// Ends the command when a manifest is wrong, or asks for what a sidecar cannot do.
    init?(files: [String]) throws {
        guard !files.isEmpty else { return nil }
        store = IdentityStore()
        do { try store.load(try ManifestFiles.read(files)) } catch { throw Console.failure("\(error)") }
        for case .fault(let fault) in store.current.objects(of: .fault).map(\.object) {
            let signs = fault.steps.contains { if case .token = $0.action { true } else { false } }
            guard !signs else {
                throw Console.failure(
                    "Fault \(fault.name): found token; allowed for a sidecar: anything else, for it has no keys to sign with")
            }
        }
        board = FaultBoard(clock: .live)
        store.observe { [board] in board.follow($0) }
    }

    /// The sidecar with its faults; what they did is in no journal, for nobody could read it.
    func before(_ sidecar: SidecarService) -> FaultResponder {
        FaultResponder(
            sidecar, board: board, journal: DecisionJournal(capacity: 1, clock: .live), spoil: { _, _ in nil },
            sleep: { await LiveSleep.orGoOn(.milliseconds($0)) }
        ) { [store] request in
            let facts = FaultFacts(request, store.current, .sidecar)
            return FaultPlace(
                exchange: facts.exchange, decision: facts.decision(.metadata),
                outage: { status, retryAfter, _ in sidecar.outage(status: status, retryAfter: retryAfter) })
        }
    }
}
