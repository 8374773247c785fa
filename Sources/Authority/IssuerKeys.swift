import Cryptography
import IdentityStore
import Surroundings
import TokenIssuance
import WireFormats

/// The keys of issuers whose assertions count, remembered.
///
/// Only an issuer that a federated identity credential names is ever asked for. Whoever waits for the same issuer waits for the same
/// fetch; an unknown key is looked for anew, so that a rotation counts at once, but not more often than an issuer can be asked.
actor IssuerKeys {
    /// How long a set counts; Entra's own is reported to be 20 to 60 minutes (source: workload-identity.md §5.3).
    static let freshSeconds: Int64 = 3600
    /// How often an unknown key may make us ask again.
    static let refetchSeconds: Int64 = 10
    /// How long a failure counts, so that a silent issuer is not asked once per request.
    static let failureSeconds: Int64 = 2
    /// Manifests come and go; what they named once is not kept for ever.
    private static let maximumIssuers = 256

    private struct Known {
        let result: Result<IssuerKeySet, EntraError>
        /// By the emulated clock.
        let fetched: UnixSeconds
        /// The rest is by the system's clock.
        let failed: UnixSeconds
        let refetched: UnixSeconds?
    }

    private let documents: IssuerDocuments
    private let local: (any LocalIssuers)?
    private let sources: CredentialSources
    /// How old a set is, which may be moved.
    private let clock: WallClock
    /// How often an issuer is asked: real requests, which no emulated clock lets pass faster or never.
    private let systemClock: WallClock
    private var known: [String: Known] = [:]
    private var underWay: [String: Task<Result<IssuerKeySet, EntraError>, Never>] = [:]

    init(
        documents: IssuerDocuments, local: (any LocalIssuers)?, sources: CredentialSources, clock: WallClock,
        systemClock: WallClock
    ) {
        self.documents = documents
        self.local = local
        self.sources = sources
        self.clock = clock
        self.systemClock = systemClock
    }

    /// The key that a header names, of an issuer that a credential named.
    func key(_ name: ClientAssertion.KeyName, of issuer: String, _ snapshot: IdentitySnapshot) async throws(EntraError) -> RSAPublicKey {
        if let document = local?.keySet(of: issuer) {
            return try Self.key(name, in: IssuerKeySet(document), of: issuer)
        }
        let certificate = snapshot.trustedCertificate(ofIssuer: issuer).map { sources.location(of: $0.path, manifest: $0.manifest) }
        let place = "\(issuer) \(certificate ?? "")"
        if let set = try remembered(place) {
            if let key = set.key(name) { return key }
            if let last = known[place]?.refetched, systemClock.now - last < Self.refetchSeconds {
                throw Self.notFound(name, in: set, of: issuer)
            }
            return try Self.key(name, in: await fetch(issuer, certificate, place, isRefetch: true), of: issuer)
        }
        return try Self.key(name, in: await fetch(issuer, certificate, place, isRefetch: false), of: issuer)
    }

    private func remembered(_ place: String) throws(EntraError) -> IssuerKeySet? {
        guard let known = known[place] else { return nil }
        switch known.result {
        case .success(let set): return (0..<Self.freshSeconds).contains(clock.now - known.fetched) ? set : nil
        case .failure(let error):
            guard (0..<Self.failureSeconds).contains(systemClock.now - known.failed) else { return nil }
            throw error
        }
    }

    private func fetch(
        _ issuer: String, _ certificate: String?, _ place: String, isRefetch: Bool
    ) async throws(EntraError) -> IssuerKeySet {
        let task: Task<Result<IssuerKeySet, EntraError>, Never>
        if let running = underWay[place] {
            task = running
        } else {
            // Not the caller's own task: a client that goes away must not take the answer from those who wait with it.
            task = Task { [documents] in
                do throws(EntraError) {
                    return .success(try await documents.keys(of: issuer, trustedCAFile: certificate))
                } catch {
                    return .failure(error)
                }
            }
            underWay[place] = task
        }
        let result = await task.value
        if underWay[place] == task {
            underWay[place] = nil
            if known.count >= Self.maximumIssuers { known.removeAll() }
            let now = systemClock.now
            known[place] = Known(
                result: result, fetched: clock.now, failed: now, refetched: isRefetch ? now : known[place]?.refetched)
        }
        return try result.get()
    }

    private static func key(
        _ name: ClientAssertion.KeyName, in set: IssuerKeySet, of issuer: String
    ) throws(EntraError) -> RSAPublicKey {
        guard let key = set.key(name) else { throw notFound(name, in: set, of: issuer) }
        return key
    }

    private static func notFound(_ name: ClientAssertion.KeyName, in set: IssuerKeySet, of issuer: String) -> EntraError {
        let published = set.keyIDs.isEmpty ? "none that has a name" : set.keyIDs.prefix(5).joined(separator: ", ")
        return .issuerKeyNotFound(
            name.shown, issuer: issuer,
            because: "\(issuer) publishes no key \(name.keyID ?? "of that thumbprint"); published: \(published)")
    }
}
