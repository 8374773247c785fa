import Surroundings
import Synchronization

/// The credentials of the clients that asked lately: 128 of them, each for 25 hours at most (source: workload-identity.md §2.5).
///
/// Releases before 1.6 remember nothing: every request gets a credential of its own.
final class CredentialCache: Sendable {
    private static let capacity = 128
    private static let lifetime: Int64 = 25 * 3600

    private struct Entry {
        let credential: Credential
        let expires: UnixSeconds
        var lastUse: UInt64
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var uses: UInt64 = 0
    }

    private let settings: SidecarSettings
    private let outbound: Outbound
    private let state = Mutex(State())

    init(settings: SidecarSettings, outbound: Outbound) {
        self.settings = settings
        self.outbound = outbound
    }

    /// The credential of a client, made when there is none; settings that allow none are found wrong on every request.
    func credential(of clientID: String) throws(CredentialFailure) -> Credential {
        guard settings.release.sidecar.remembers else { return try make(clientID) }
        let now = outbound.clock.now
        let known = state.withLock { state -> Credential? in
            guard let entry = state.entries[clientID], entry.expires > now else { return nil }
            state.uses += 1
            state.entries[clientID]?.lastUse = state.uses
            return entry.credential
        }
        if let known { return known }
        let made = try make(clientID)
        return state.withLock { state in
            // Another request may have been faster.
            if let entry = state.entries[clientID], entry.expires > now { return entry.credential }
            state.uses += 1
            state.entries[clientID] = Entry(credential: made, expires: now + Self.lifetime, lastUse: state.uses)
            if state.entries.count > Self.capacity, let stale = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                state.entries[stale.key] = nil
            }
            return made
        }
    }

    private func make(_ clientID: String) throws(CredentialFailure) -> Credential {
        let exchange = TokenExchange(
            outbound: outbound, authority: try AuthorityAddress(settings), trustedCAFile: settings.authorityCAFile,
            attempts: settings.release.sidecar.attempts)
        let file = AssertionFile(path: settings.tokenFile ?? "", source: settings.tokenSource)
        return Credential(clientID: clientID, exchange: exchange, file: file)
    }
}
