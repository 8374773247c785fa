import Synchronization

/// Where the documents of a world's issuers stand.
///
/// Worked out once for each world, because every request for a document asks. Any thread may.
final class IssuerPaths: Sendable {
    /// A document of an issuer.
    struct Document: Sendable {
        /// Which of the two that an issuer has.
        enum Kind: Sendable {
            case discovery
            case keySet
        }

        let kind: Kind
        let issuer: ClusterIssuer
        /// The issuer's host, with its port; lower case.
        let host: String
        fileprivate let path: String

        fileprivate init(_ kind: Kind, of issuer: ClusterIssuer) {
            self.kind = kind
            self.issuer = issuer
            let rest = (kind == .discovery ? issuer.discoveryURL : issuer.keySetURL).dropFirst("https://".count)
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            host = rest[..<slash].lowercased()
            path = String(rest[slash...])
        }
    }

    private struct Known {
        let generation: Int
        let documents: [Document]
    }

    private let known = Mutex<Known?>(nil)

    /// The documents that stand at a path, in the issuers' order.
    ///
    /// - Parameters:
    ///   - generation: the world's.
    ///   - issuers: the world's issuers; asked for when the world is another than last time.
    func documents(at path: String, generation: Int, issuers: () -> [ClusterIssuer]) -> [Document] {
        let documents =
            known.withLock { $0?.generation == generation ? $0?.documents : nil } ?? remember(issuers(), generation: generation)
        // Bytes are compared: Swift's String equality would take canonically equivalent Unicode for the same path.
        return documents.filter { $0.path.utf8.count == path.utf8.count && $0.path.utf8.elementsEqual(path.utf8) }
    }

    private func remember(_ issuers: [ClusterIssuer], generation: Int) -> [Document] {
        let documents = issuers.flatMap { [Document(.discovery, of: $0), Document(.keySet, of: $0)] }
        known.withLock { $0 = Known(generation: generation, documents: documents) }
        return documents
    }
}
