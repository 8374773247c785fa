import Surroundings
import Synchronization

/// One client's way to tokens: where to ask, the assertion, and the tokens it has (source: workload-identity.md §2.5).
///
/// Tokens it has are given at once, from any thread; those it must ask for are asked for one after the other, so a burst of first
/// requests asks once.
final class Credential: Sendable {
    /// More resources than any workload has; a client that makes them up forgets its oldest.
    private static let mostTokens = 256

    private struct State {
        var tokenEndpoint: String?
        var tokens: [String: AccessToken] = [:]
    }

    private let clientID: String
    private let exchange: TokenExchange
    private let file: AssertionFile
    private let turn = Turn()
    private let state = Mutex(State())

    init(clientID: String, exchange: TokenExchange, file: AssertionFile) {
        self.clientID = clientID
        self.exchange = exchange
        self.file = file
    }

    /// A token that can be given out without asking anyone; nil when there is none, or another one is due.
    func heldToken(for scope: String) -> AccessToken? {
        let now = exchange.outbound.clock.nanoseconds()
        return goodToken(for: scope, at: now).flatMap { $0.isDue(at: now) ? nil : $0 }
    }

    /// A token, held or asked for.
    ///
    /// One that is due for renewal but still good is what a failed renewal falls back on.
    func token(for scope: String) async throws(CredentialFailure) -> AccessToken {
        await turn.take()
        defer { turn.give() }
        // Another request may have brought it while this one waited.
        if let held = heldToken(for: scope) { return held }
        do throws(CredentialFailure) {
            let endpoint = try await tokenEndpoint()
            let assertion = try file.assertion(at: exchange.outbound.clock.nanoseconds())
            let token = try await exchange.token(from: endpoint, clientID: clientID, scope: scope, assertion: assertion)
            keep(token, for: scope)
            return token
        } catch {
            guard let held = goodToken(for: scope, at: exchange.outbound.clock.nanoseconds()) else { throw error }
            return held
        }
    }

    private func goodToken(for scope: String, at nanoseconds: Int64) -> AccessToken? {
        state.withLock { $0.tokens[scope] }.flatMap { $0.isGood(at: nanoseconds) ? $0 : nil }
    }

    private func tokenEndpoint() async throws(CredentialFailure) -> String {
        if let known = state.withLock({ $0.tokenEndpoint }) { return known }
        let endpoint = try await exchange.tokenEndpoint()
        state.withLock { $0.tokenEndpoint = endpoint }
        return endpoint
    }

    private func keep(_ token: AccessToken, for scope: String) {
        let now = exchange.outbound.clock.nanoseconds()
        // The original's cache splits its scopes at blanks, so one that holds a blank is never found again.
        guard token.isGood(at: now), !scope.utf8.contains(UInt8(ascii: " ")) else { return }
        state.withLock { state in
            if state.tokens.count >= Self.mostTokens, let oldest = state.tokens.min(by: { $0.value.expiresOn < $1.value.expiresOn }) {
                state.tokens[oldest.key] = nil
            }
            state.tokens[scope] = token.cached
        }
    }
}
