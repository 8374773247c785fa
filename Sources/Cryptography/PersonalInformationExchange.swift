internal import COpenSSL
public import Surroundings

/// A key with its certificate in one encrypted file, PKCS#12 (`.pfx`, `.p12`; RFC 7292): how Azure hands out certificates.
public enum PersonalInformationExchange {
    /// Reads the key and its certificate; further certificates are passed over.
    ///
    /// Fails when the bytes are no PKCS#12, when the password is another, when the cipher is one that libcrypto has retired (40-bit RC2),
    /// or when the key is not RSA of 2048 bits or more.
    public static func read(_ bytes: SecretBytes, password: SecretBytes) throws(CryptographyError) -> TokenSigningKey {
        let operation = "reading a PKCS#12 file"
        guard let raw = unsafe decode(bytes.reveal { $0 }) else { throw CryptographyError(drainingQueueAfter: operation) }
        defer { unsafe PKCS12_free(raw) }
        var key: OpaquePointer?
        var certificate: OpaquePointer?
        let text = password.reveal { $0.map { CChar(bitPattern: $0) } + [0] }
        // SAFETY: on success libcrypto hands over one reference of each that is there, released below; on failure none.
        let parsed = unsafe PKCS12_parse(raw, text, &key, &certificate, nil)
        defer {
            unsafe EVP_PKEY_free(key)
            unsafe X509_free(certificate)
        }
        try CryptographyError.check(parsed, operation)
        guard unsafe key != nil, unsafe certificate != nil else {
            throw CryptographyError(operation, "it holds no key with a certificate")
        }
        // By way of PEM each gets the owner it has everywhere else in this room.
        let keyPEM = try unsafe MemoryBIO.collect("writing a private key") { bio in
            unsafe PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil)
        }
        let certificatePEM = try unsafe MemoryBIO.collect("writing a certificate in PEM") { bio in
            unsafe PEM_write_bio_X509(bio, certificate)
        }
        return try TokenSigningKey(pem: SecretBytes(keyPEM + certificatePEM))
    }

    private static func decode(_ bytes: [UInt8]) -> OpaquePointer? {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            // SAFETY: d2i_PKCS12 reads at most `count` bytes.
            return unsafe d2i_PKCS12(nil, &cursor, buffer.count)
        }
    }
}
