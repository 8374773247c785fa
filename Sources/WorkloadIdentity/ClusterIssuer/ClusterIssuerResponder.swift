public import Decisions
public import HTTPServing
import IdentityStore
import IdentityModel

/// Serves the documents of the emulated clusters' issuers, and passes everything else on to the authority.
///
/// An issuer of ours is found by its path; of several with one path the one whose host was asked, else the first.
public struct ClusterIssuerResponder: HTTPResponder {
    private enum Document {
        case discovery
        case keySet
    }

    private let issuers: ClusterIssuers
    private let journal: DecisionJournal
    private let other: any HTTPResponder

    /// A responder before `other`.
    public init(issuers: ClusterIssuers, journal: DecisionJournal, before other: any HTTPResponder) {
        self.issuers = issuers
        self.journal = journal
        self.other = other
    }

    /// Answers a GET of a document of an issuer of ours and records the decision.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        guard request.methodIs("GET") else { return other.respond(to: request) }
        let path = request.rawPath
        guard let document = Self.document(at: path) else { return other.respond(to: request) }
        let snapshot = issuers.store.current
        let candidates = issuers.all(in: snapshot).filter { issuer in
            let url = document == .discovery ? issuer.discoveryURL : issuer.keySetURL
            return Self.parts(url).path.utf8.elementsEqual(path.utf8)
        }
        let host = request.header("Host")?.lowercased()
        guard let issuer = candidates.first(where: { Self.parts($0.url).host.lowercased() == host }) ?? candidates.first else {
            return other.respond(to: request)
        }
        let decision = Decision(
            face: .authority, plane: snapshot.plane, outcome: .answered,
            reason: "A document of the issuer of Cluster \(issuer.cluster), \(issuer.url), was served.")
        switch document {
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

    private static func document(at path: String) -> Document? {
        if path.hasSuffix("/.well-known/openid-configuration") { return .discovery }
        return path.hasSuffix("/openid/v1/jwks") ? .keySet : nil
    }

    /// The host with its port, and the path, of an https URL without query.
    private static func parts(_ url: String) -> (host: Substring, path: Substring) {
        let rest = url.dropFirst("https://".count)
        guard let slash = rest.firstIndex(of: "/") else { return (rest, "/") }
        return (rest[..<slash], rest[slash...])
    }
}
