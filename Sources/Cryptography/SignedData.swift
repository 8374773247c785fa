internal import COpenSSL

/// Owns one `PKCS7` message of type SignedData.
@safe
struct SignedData: ~Copyable {
    private let raw: UnsafeMutablePointer<PKCS7>

    // Binary: no line ends are changed. Partial: signer and content are given in steps of their own.
    private static let flags = PKCS7_BINARY | PKCS7_NOATTR | PKCS7_PARTIAL
    private static let operation = "signing a document"

    /// A message without content or signer, to be filled by its only owner.
    private init() throws(CryptographyError) {
        guard let raw = unsafe PKCS7_sign(nil, nil, nil, nil, Self.flags) else {
            throw CryptographyError(drainingQueueAfter: Self.operation)
        }
        unsafe self.raw = raw
    }

    deinit { unsafe PKCS7_free(raw) }

    /// `content` signed in the shape that `DocumentSigner.sign` describes.
    static func signing(_ content: [UInt8], by signer: DocumentSigner) throws(CryptographyError) -> SignedData {
        let message = try SignedData()
        // SAFETY: the message takes references of its own to certificate and key; what is returned belongs to the message.
        let added = unsafe PKCS7_sign_add_signer(message.raw, signer.certificate.handle.raw, signer.key.key.raw, EVP_sha256(), flags)
        guard unsafe added != nil else { throw CryptographyError(drainingQueueAfter: operation) }
        try unsafe MemoryBIO.reading(content, operation) { bio in unsafe PKCS7_final(message.raw, bio, flags) == 1 ? () : nil }
        try CryptographyError.check(
            unsafe understudy_pkcs7_name_digest(message.raw, NID_sha256WithRSAEncryption), "naming the digest of a document")
        return message
    }

    /// The message in DER.
    func der() throws(CryptographyError) -> [UInt8] {
        let operation = "writing a signed document"
        let length = unsafe i2d_PKCS7(raw, nil)
        guard length > 0 else { throw CryptographyError(drainingQueueAfter: operation) }
        var out = [UInt8](repeating: 0, count: Int(length))
        // SAFETY: `out` has exactly the room the first call asked for; the cursor moves, the buffer stays.
        let written = unsafe out.withUnsafeMutableBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return unsafe i2d_PKCS7(raw, &cursor)
        }
        guard written == length else { throw CryptographyError(drainingQueueAfter: operation) }
        return out
    }
}
