internal import Surroundings

/// A key with its certificate, kept as the two PEM blocks of one file: one rename replaces both.
protocol StoredIdentity {
    /// What it is, for error texts.
    static var kind: String { get }
    var storedKey: PrivateKey { get }
    var certificate: Certificate { get }

    /// Takes a key and the certificate of its public half.
    init(storedKey: PrivateKey, certificate: Certificate) throws(CryptographyError)
}

extension StoredIdentity {
    /// Both blocks, key first.
    func bothPEM() throws(CryptographyError) -> SecretBytes {
        let text = Array(certificate.pem.utf8)
        return SecretBytes(try storedKey.pem().reveal { $0 + text })
    }

    /// Reads both blocks, in either order; fails when they do not belong together.
    static func read(bothPEM text: SecretBytes) throws(CryptographyError) -> Self {
        let key = try PrivateKey.read(pem: text)
        let certificate = try Certificate(try X509Handle.parse(pem: text.reveal { $0 }))
        guard certificate.handle.matches(key) else {
            throw CryptographyError("reading a \(kind)", "the key is not the certificate's")
        }
        return try Self(storedKey: key, certificate: certificate)
    }

    /// Reads the file `name`; nil when there is none.
    static func read(_ name: String, from directory: KeyDirectory) throws -> Self? {
        guard let bytes = try directory.read(name) else { return nil }
        do {
            return try read(bothPEM: SecretBytes(bytes))
        } catch {
            throw KeyDirectoryError(
                path: directory.path(of: name), problem: "\(error); restore the file, or remove it to have a new \(kind) made")
        }
    }

    /// Writes the file `name`.
    func write(_ name: String, in directory: KeyDirectory) throws {
        try directory.write(name, try bothPEM().reveal { $0 })
    }
}
