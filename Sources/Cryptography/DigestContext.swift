internal import COpenSSL

/// Owns the context of one signature or one verification (`EVP_MD_CTX`).
@safe
struct DigestContext: ~Copyable {
    /// Borrowed by the rest of this room for the length of a call; never kept.
    let raw: OpaquePointer

    init() throws(CryptographyError) {
        guard let raw = unsafe EVP_MD_CTX_new() else { throw CryptographyError(drainingQueueAfter: "allocating a digest") }
        unsafe self.raw = raw
    }

    deinit { unsafe EVP_MD_CTX_free(raw) }

    /// The SHA-256 signature of `message` in the key's default scheme: PKCS#1 v1.5 for RSA.
    func sign(_ message: [UInt8], key: PrivateKey) throws(CryptographyError) -> [UInt8] {
        try CryptographyError.check(unsafe EVP_DigestSignInit(raw, nil, EVP_sha256(), nil, key.raw), "preparing a signature")
        var length = Int(unsafe EVP_PKEY_get_size(key.raw))
        var signature = [UInt8](repeating: 0, count: length)
        // SAFETY: `length` tells the room in `signature`, and after the call what was used of it.
        try CryptographyError.check(unsafe EVP_DigestSign(raw, &signature, &length, message, message.count), "signing")
        signature.removeLast(signature.count - length)
        return signature
    }

    /// Whether `signature` is the key's over the SHA-256 of `message`.
    ///
    /// `key` may be a public key.
    func verifies(_ signature: [UInt8], over message: [UInt8], key: OpaquePointer) -> Bool {
        let verified =
            unsafe EVP_DigestVerifyInit(raw, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(raw, signature, signature.count, message, message.count) == 1
        // A refused signature leaves its reason in the queue; the caller only asked yes or no.
        if !verified { CryptographyError.drainQueue() }
        return verified
    }
}
