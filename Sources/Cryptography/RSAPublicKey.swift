internal import COpenSSL

/// The public half of an RSA key: what a JWK publishes and what verifies RS256.
///
/// Immutable, so any thread may use it.
@safe
public final class RSAPublicKey: @unchecked Sendable {
    /// Borrowed by the rest of this room for the length of a call; never kept.
    let raw: OpaquePointer
    /// `n`, big-endian without leading zeros.
    public let modulus: [UInt8]
    /// `e`, big-endian without leading zeros.
    public let exponent: [UInt8]

    /// A key from the numbers of a JWK, big-endian; leading zeros are dropped.
    ///
    /// Fails when the modulus is not an odd number of 1024 to 8192 bits, or the exponent not an odd number above 1 of at
    /// most 64 bits: numbers come from callers, and larger ones would only buy them our time.
    public init(modulus: [UInt8], exponent: [UInt8]) throws(CryptographyError) {
        let modulus = Array(modulus.drop { $0 == 0 })
        let exponent = Array(exponent.drop { $0 == 0 })
        guard (128...1024).contains(modulus.count), modulus.last.map({ $0 & 1 == 1 }) == true else {
            throw CryptographyError("reading an RSA public key", "the modulus is not an odd number of 1024 to 8192 bits")
        }
        guard exponent.count <= 8, exponent != [1], exponent.last.map({ $0 & 1 == 1 }) == true else {
            throw CryptographyError("reading an RSA public key", "the exponent is not an odd number above 1 of at most 64 bits")
        }
        unsafe raw = try Self.make(modulus: modulus, exponent: exponent)
        self.modulus = modulus
        self.exponent = exponent
    }

    /// The public numbers of a key that is RSA, private or public.
    convenience init(numbersOf key: OpaquePointer) throws(CryptographyError) {
        try unsafe self.init(
            modulus: Self.number(OSSL_PKEY_PARAM_RSA_N, of: key), exponent: Self.number(OSSL_PKEY_PARAM_RSA_E, of: key))
    }

    deinit { unsafe EVP_PKEY_free(raw) }

    /// Whether `signature` is this key's RS256 signature of `message`.
    public func verifyRS256(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard let context = try? DigestContext() else { return false }
        return unsafe context.verifies(signature, over: message, key: raw)
    }

    /// The key as DER of a SubjectPublicKeyInfo (RFC 5280 §4.1): what Kubernetes hashes to name a key.
    public func subjectPublicKeyInfo() throws(CryptographyError) -> [UInt8] {
        let length = unsafe i2d_PUBKEY(raw, nil)
        guard length > 0 else { throw CryptographyError(drainingQueueAfter: "writing a public key") }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        // SAFETY: the first call told how many bytes the second writes; the cursor starts at the first of as many.
        let written = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return unsafe i2d_PUBKEY(raw, &cursor)
        }
        guard written == length else { throw CryptographyError(drainingQueueAfter: "writing a public key") }
        return bytes
    }

    private static func number(_ name: String, of key: OpaquePointer) throws(CryptographyError) -> [UInt8] {
        var number: OpaquePointer?
        try CryptographyError.check(unsafe EVP_PKEY_get_bn_param(key, name, &number), "reading an RSA public key")
        defer { unsafe BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: (Int(unsafe BN_num_bits(number)) + 7) / 8)
        // SAFETY: `bytes` has exactly the room the number needs.
        _ = unsafe BN_bn2bin(number, &bytes)
        return bytes
    }

    private static func make(modulus: [UInt8], exponent: [UInt8]) throws(CryptographyError) -> OpaquePointer {
        let operation = "reading an RSA public key"
        // SAFETY: every handle is freed here; the numbers outlive the parameters that refer to them.
        let n = unsafe BN_bin2bn(modulus, Int32(modulus.count), nil)
        defer { unsafe BN_free(n) }
        let e = unsafe BN_bin2bn(exponent, Int32(exponent.count), nil)
        defer { unsafe BN_free(e) }
        let builder = unsafe OSSL_PARAM_BLD_new()
        defer { unsafe OSSL_PARAM_BLD_free(builder) }
        guard unsafe n != nil, unsafe e != nil, unsafe builder != nil else { throw CryptographyError(drainingQueueAfter: operation) }
        try CryptographyError.check(unsafe understudy_push_rsa_numbers(builder, n, e), operation)
        let parameters = unsafe OSSL_PARAM_BLD_to_param(builder)
        defer { unsafe OSSL_PARAM_free(parameters) }
        let context = unsafe understudy_rsa_context()
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe parameters != nil, unsafe context != nil else { throw CryptographyError(drainingQueueAfter: operation) }
        try CryptographyError.check(unsafe EVP_PKEY_fromdata_init(context), operation)
        var key: OpaquePointer?
        try CryptographyError.check(unsafe understudy_rsa_public_from_data(context, &key, parameters), operation)
        guard let key = unsafe key else { throw CryptographyError(drainingQueueAfter: operation) }
        return unsafe key
    }
}
