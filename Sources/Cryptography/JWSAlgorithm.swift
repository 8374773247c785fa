internal import COpenSSL

/// The signature schemes that RSA keys make in tokens (RFC 7518 §3.3, §3.5).
public enum JWSAlgorithm: String, CaseIterable, Hashable, Sendable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"

    /// Whether the padding is that of RSASSA-PSS.
    fileprivate var isProbabilistic: Bool {
        switch self {
        case .rs256, .rs384, .rs512: false
        case .ps256, .ps384, .ps512: true
        }
    }

    /// libcrypto's own object for the digest; static, so never freed.
    fileprivate var digest: OpaquePointer? {
        switch self {
        case .rs256, .ps256: unsafe EVP_sha256()
        case .rs384, .ps384: unsafe EVP_sha384()
        case .rs512, .ps512: unsafe EVP_sha512()
        }
    }
}

extension RSAPublicKey {
    /// Whether `signature` is this key's, in the scheme, over `message`.
    public func verifies(_ signature: [UInt8], over message: [UInt8], _ algorithm: JWSAlgorithm) -> Bool {
        guard let context = try? DigestContext() else { return false }
        let verified = context.prepareVerification(algorithm, key: self) && context.verifies(signature, over: message)
        // A refused signature leaves its reason in the queue; the caller only asked yes or no.
        if !verified { CryptographyError.drainQueue() }
        return verified
    }
}

extension RSAPrivateKey {
    /// This key's signature of `message` in the scheme, as long as the modulus.
    public func sign(_ message: [UInt8], _ algorithm: JWSAlgorithm) throws(CryptographyError) -> [UInt8] {
        let context = try DigestContext()
        return try context.sign(message, algorithm, key: key)
    }
}

extension DigestContext {
    fileprivate func prepareVerification(_ algorithm: JWSAlgorithm, key: RSAPublicKey) -> Bool {
        var scheme: OpaquePointer?
        // SAFETY: the scheme's context belongs to this one and is only used while it lives; `self` outlives the call.
        return unsafe EVP_DigestVerifyInit(raw, &scheme, algorithm.digest, nil, key.raw) == 1 && Self.pad(scheme, algorithm)
    }

    fileprivate func verifies(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        unsafe EVP_DigestVerify(raw, signature, signature.count, message, message.count) == 1
    }

    fileprivate func sign(_ message: [UInt8], _ algorithm: JWSAlgorithm, key: PrivateKey) throws(CryptographyError) -> [UInt8] {
        var scheme: OpaquePointer?
        // SAFETY: as above.
        guard unsafe EVP_DigestSignInit(raw, &scheme, algorithm.digest, nil, key.raw) == 1, unsafe Self.pad(scheme, algorithm) else {
            throw CryptographyError(drainingQueueAfter: "preparing a signature")
        }
        var length = Int(unsafe EVP_PKEY_get_size(key.raw))
        var signature = [UInt8](repeating: 0, count: length)
        // SAFETY: `length` tells the room in `signature`, and after the call what was used of it.
        try CryptographyError.check(unsafe EVP_DigestSign(raw, &signature, &length, message, message.count), "signing")
        signature.removeLast(signature.count - length)
        return signature
    }

    /// PKCS#1 v1.5 is the default; the salt of PSS is as long as the digest, no other length counts (RFC 7518 §3.5).
    private static func pad(_ scheme: OpaquePointer?, _ algorithm: JWSAlgorithm) -> Bool {
        guard algorithm.isProbabilistic else { return true }
        return unsafe EVP_PKEY_CTX_ctrl_str(scheme, "rsa_padding_mode", "pss") == 1
            && EVP_PKEY_CTX_ctrl_str(scheme, "rsa_pss_saltlen", "digest") == 1
    }
}
