public import IdentityStore
public import WireFormats

/// The issuers of a running server's emulated clusters, with the keys that sign for all of them.
public struct ClusterIssuers: Sendable {
    /// The keys.
    public let keys: ClusterKeys
    let store: IdentityStore
    private let authority: @Sendable () -> String

    /// The issuers of the store's clusters.
    ///
    /// - Parameter authority: `https://host:port` of the authority listener, where their documents stand.
    public init(store: IdentityStore, keys: ClusterKeys, authority: @escaping @Sendable () -> String) {
        self.store = store
        self.keys = keys
        self.authority = authority
    }

    /// The issuers of the world as of now, ordered by the clusters' names.
    public var all: [ClusterIssuer] { all(in: store.current) }

    /// The issuers of one world.
    func all(in snapshot: IdentitySnapshot) -> [ClusterIssuer] { ClusterIssuer.all(in: snapshot, authority: authority()) }

    /// The key set of an issuer exactly as its `jwks_uri` answers it; nil when the issuer, compared whole, is none of ours.
    ///
    /// The issuers of identity bindings are, too: only the token proxy signs in their names.
    ///
    /// Keys are made when there are none, so not for an event loop.
    public func keySet(of issuer: String) throws -> JSONValue? {
        guard IdentityBinding.isIssuer(issuer) || all.contains(where: { $0.url.utf8.elementsEqual(issuer.utf8) }) else { return nil }
        return IssuerDocuments.keySet(try keys.published())
    }

    /// The tokens that are to be kept now, signed in the name of the first issuer; nil when the world is the known one.
    ///
    /// - Parameter known: the generation of the plan that is followed already.
    public func plan(after known: Int?) -> ProjectionPlan? {
        let snapshot = store.current
        guard snapshot.generation != known else { return nil }
        return ProjectionPlan(for: snapshot, issuer: all(in: snapshot).first)
    }
}
