public import Surroundings

/// What a TLS listener presents.
public struct TLSMaterial: Sendable {
    /// The leaf and its intermediates as PEM, leaf first.
    public let certificateChainPEM: String
    /// The leaf's private key as PEM.
    public let privateKeyPEM: SecretBytes

    /// Wraps a chain and its key; they are checked when the listener binds.
    public init(certificateChainPEM: String, privateKeyPEM: SecretBytes) {
        self.certificateChainPEM = certificateChainPEM
        self.privateKeyPEM = privateKeyPEM
    }
}
