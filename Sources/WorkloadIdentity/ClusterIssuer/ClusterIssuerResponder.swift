public import Decisions
public import HTTPServing
import IdentityStore
import IdentityModel

/// Serves the documents of the emulated clusters' issuers, and passes everything else on to the authority.
///
/// An issuer of ours is found by its path; of several with one path the one whose host was asked, else the first.
public struct ClusterIssuerResponder: HTTPResponder {
    private let issuers: ClusterIssuers
    private let journal: DecisionJournal
    private let other: any HTTPResponder
    private let paths = IssuerPaths()

    /// A responder before `other`.
    public init(issuers: ClusterIssuers, journal: DecisionJournal, before other: any HTTPResponder) {
        self.issuers = issuers
        self.journal = journal
        self.other = other
    }

    /// Answers a GET of a document of an issuer of ours and records the decision.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        // Most requests are the authority's own, and cost no more than this look.
        guard request.methodIs("GET"),
            request.pathEnds(with: "/.well-known/openid-configuration") || request.pathEnds(with: "/openid/v1/jwks")
        else { return other.respond(to: request) }
        let snapshot = issuers.store.current
        let candidates = paths.documents(at: request.rawPath, generation: snapshot.generation) { issuers.all(in: snapshot) }
        let host = candidates.isEmpty ? nil : request.header("Host")?.lowercased()
        guard let found = candidates.first(where: { $0.host == host }) ?? candidates.first else { return other.respond(to: request) }
        let issuer = found.issuer
        let decision = Decision(
            face: .authority, plane: snapshot.plane, outcome: .answered,
            reason: "A document of the issuer of Cluster \(issuer.cluster), \(issuer.url), was served.")
        switch found.kind {
        case .discovery:
            let answer = IssuerDocuments.response(IssuerDocuments.discovery(issuer), type: "application/json")
            return .now(journal.conclude(answer, decision, for: request))
        case .keySet:
            return .later { [keys = issuers.keys, journal] in
                do {
                    let answer = IssuerDocuments.response(
                        IssuerDocuments.keySet(try keys.published()), type: "application/jwk-set+json")
                    return journal.conclude(answer, decision, for: request)
                } catch {
                    let failed = Decision(
                        face: .authority, plane: snapshot.plane, outcome: .failed, reason: "The cluster's keys cannot be used: \(error)")
                    let answer = HTTPResponse(status: .internalServerError, headers: [.date, .contentLength], body: [])
                    return journal.conclude(answer, failed, for: request)
                }
            }
        }
    }
}
