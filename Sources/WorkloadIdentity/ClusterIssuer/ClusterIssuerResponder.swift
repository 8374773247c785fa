public import Decisions
public import HTTPServing
public import IdentityStore
import IdentityModel
import WireFormats

/// Serves the documents of the emulated clusters' issuers, and passes everything else on to the authority.
///
/// An issuer of ours is found by its path; of several with one path the one whose host was asked, else the first.
public struct ClusterIssuerResponder: HTTPResponder {
    private enum Document {
        case discovery
        case keySet
    }

    private let store: IdentityStore
    private let keys: ClusterKeys
    private let journal: DecisionJournal
    private let authority: @Sendable () -> String
    private let other: any HTTPResponder

    /// A responder before `other`.
    ///
    /// - Parameter authority: `https://host:port` of the authority listener.
    public init(
        store: IdentityStore, keys: ClusterKeys, journal: DecisionJournal, authority: @escaping @Sendable () -> String,
        before other: any HTTPResponder
    ) {
        self.store = store
        self.keys = keys
        self.journal = journal
        self.authority = authority
        self.other = other
    }

    /// Answers a GET of a document of an issuer of ours and records the decision.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        guard request.methodIs("GET") else { return other.respond(to: request) }
        let path = request.rawPath
        guard let document = Self.document(at: path) else { return other.respond(to: request) }
        let snapshot = store.current
        let candidates = ClusterIssuer.all(in: snapshot, authority: authority()).filter { issuer in
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
        case .discovery: return .now(journal.conclude(IssuerDocuments.discovery(issuer), decision, for: request))
        case .keySet:
            return .later { [keys, journal] in
                do {
                    return journal.conclude(IssuerDocuments.keySet(try keys.published()), decision, for: request)
                } catch {
                    let failed = Decision(
                        face: .authority, plane: snapshot.plane, outcome: .failed, reason: "The cluster's keys cannot be used: \(error)")
                    let answer = HTTPResponse(status: .internalServerError, headers: [.date, .contentLength], body: [])
                    return journal.conclude(answer, failed, for: request)
                }
            }
        }
    }

    /// The published keys of an issuer, as the authority needs them to verify a token without a way over the network.
    ///
    /// Keys are made when there are none, so not for an event loop.
    ///
    /// - Returns: nil when `issuer`, compared whole, is not one of ours.
    public func keys(of issuer: String) throws -> [ServiceAccountKey]? {
        let isOurs = ClusterIssuer.all(in: store.current, authority: authority()).contains { $0.url.utf8.elementsEqual(issuer.utf8) }
        return isOurs ? try keys.published() : nil
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
