public import Surroundings

/// What a TLS listener shows and proves: a leaf under our certificate authority, its chain and its key.
public struct ServerIdentity: Sendable {
    /// PEM: the leaf, then the authority's certificate.
    public let certificateChainPEM: String
    /// The leaf's key as unencrypted PKCS#8 PEM.
    public let privateKeyPEM: SecretBytes
    /// The leaf.
    public let leaf: Certificate
}
