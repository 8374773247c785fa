internal import COpenSSL

/// Owns one `X509`.
///
/// After it is signed or parsed nobody changes it, and then any thread may read it: `settle` fills the caches libcrypto
/// would otherwise fill on first use (under a lock of its own).
@safe
final class X509Handle: @unchecked Sendable {
    /// Borrowed by the rest of this room for the length of a call; never kept.
    let raw: OpaquePointer

    /// An empty certificate, to be filled by its only owner.
    init() throws(CryptographyError) {
        guard let raw = unsafe X509_new() else { throw CryptographyError(drainingQueueAfter: "allocating a certificate") }
        unsafe self.raw = raw
    }

    private init(owning raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe X509_free(raw) }

    /// Parses DER, all of it: bytes after the certificate are an error.
    static func parse(der: [UInt8]) throws(CryptographyError) -> X509Handle {
        guard !der.isEmpty else { throw CryptographyError("reading a certificate in DER", "the input is empty") }
        let handle: X509Handle? = unsafe der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            // SAFETY: d2i_X509 reads at most `count` bytes and leaves the cursor after what it used.
            guard let raw = unsafe d2i_X509(nil, &cursor, buffer.count) else { return nil }
            let handle = unsafe X509Handle(owning: raw)
            return unsafe cursor == buffer.baseAddress.map { unsafe $0 + buffer.count } ? handle : nil
        }
        guard let handle else { throw CryptographyError(drainingQueueAfter: "reading a certificate in DER") }
        return handle
    }

    /// Parses the first certificate in PEM text.
    static func parse(pem: [UInt8]) throws(CryptographyError) -> X509Handle {
        try unsafe MemoryBIO.reading(pem, "reading a certificate in PEM") { bio in
            unsafe understudy_pem_read_certificate(bio).map { unsafe X509Handle(owning: $0) }
        }
    }

    /// Has libcrypto decode and cache the extensions now.
    ///
    /// Ones it cannot make sense of only weaken `isIssued(by:)`.
    func settle() {
        _ = unsafe X509_check_purpose(raw, -1, 0)
        CryptographyError.drainQueue()
    }

    /// The certificate in DER.
    func der() throws(CryptographyError) -> [UInt8] {
        let length = unsafe i2d_X509(raw, nil)
        guard length > 0 else { throw CryptographyError(drainingQueueAfter: "writing a certificate in DER") }
        var out = [UInt8](repeating: 0, count: Int(length))
        // SAFETY: `out` has exactly the room the first call asked for; the cursor moves, the buffer stays.
        let written = unsafe out.withUnsafeMutableBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return unsafe i2d_X509(raw, &cursor)
        }
        guard written == length else { throw CryptographyError(drainingQueueAfter: "writing a certificate in DER") }
        return out
    }

    /// The certificate in PEM.
    func pem() throws(CryptographyError) -> [UInt8] {
        try unsafe MemoryBIO.collect("writing a certificate in PEM") { bio in unsafe PEM_write_bio_X509(bio, raw) }
    }

    /// Whether `key` is the private half of the certificate's key.
    func matches(_ key: PrivateKey) -> Bool {
        let matches = unsafe X509_check_private_key(raw, key.raw) == 1
        if !matches { CryptographyError.drainQueue() }
        return matches
    }

    /// Whether `issuer`'s name, key identifier and key usage fit and its key made the signature.
    func isIssued(by issuer: X509Handle) -> Bool {
        let issued =
            unsafe X509_check_issued(issuer.raw, raw) == X509_V_OK && X509_verify(raw, X509_get0_pubkey(issuer.raw)) == 1
        if !issued { CryptographyError.drainQueue() }
        return issued
    }
}
