internal import COpenSSL
internal import Surroundings

/// Owns one `PKCS12`, read in a library context of its own in which retired ciphers work.
@safe
final class ExchangeHandle {
    private static let sha1 = "1.3.14.3.2.26"
    /// Triple DES with three keys, and 40-bit RC2.
    private static let ciphers = ["1.2.840.113549.1.12.1.3", "1.2.840.113549.1.12.1.6"]

    private let raw: OpaquePointer

    init(_ bytes: [UInt8]) throws(LegacyExchangeError) {
        guard !bytes.isEmpty else { throw .syntax("asn1: syntax error: sequence truncated") }
        // SAFETY: the file takes no ownership of the context, which lives as long as the process.
        var file = unsafe PKCS12_init_ex(NID_pkcs7_data, RetiredCiphers.shared.context, nil)
        let used: Int? = unsafe bytes.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            // SAFETY: d2i_PKCS12 reads at most `count` bytes; when it fails it frees the file and clears the pointer.
            let read = unsafe d2i_PKCS12(&file, &cursor, buffer.count)
            return unsafe read == nil ? nil : buffer.baseAddress.map { start in unsafe cursor.map { unsafe $0 - start } ?? 0 }
        }
        guard let used, let file = unsafe file else {
            throw .syntax(Self.isCut(bytes) ? "asn1: syntax error: data truncated" : "asn1: structure error: tags don't match")
        }
        unsafe self.raw = file
        guard used == bytes.count else { throw .syntax("pkcs12: trailing data found") }
    }

    deinit { unsafe PKCS12_free(raw) }

    /// Whether a sequence begins that says it is longer than what is there.
    private static func isCut(_ bytes: [UInt8]) -> Bool {
        guard bytes.first == 0x30, bytes.count > 1 else { return bytes.count == 1 }
        guard bytes[1] & 0x80 != 0 else { return bytes.count < 2 + Int(bytes[1]) }
        let lengthBytes = Int(bytes[1] & 0x7f)
        guard lengthBytes <= 4, bytes.count >= 2 + lengthBytes else { return true }
        return bytes.count < bytes[2..<(2 + lengthBytes)].reduce(0) { $0 << 8 | Int($1) } + 2 + lengthBytes
    }

    /// Whether the MAC is there, by SHA-1, and by this password.
    func checkMAC(password: [UInt8]) throws(LegacyExchangeError) {
        guard unsafe PKCS12_mac_present(raw) == 1 else { throw .withoutMAC }
        var algorithm: UnsafePointer<X509_ALGOR>?
        unsafe PKCS12_get0_mac(nil, &algorithm, nil, nil, raw)
        var object: OpaquePointer?
        unsafe X509_ALGOR_get0(&object, nil, nil, algorithm)
        let digest = unsafe Self.dotted(object)
        guard digest == Self.sha1 else { throw .digest(oid: digest) }
        let text = password.map { CChar(bitPattern: $0) } + [0]
        // Some write an empty password as no bytes at all.
        let fits =
            unsafe (PKCS12_verify_mac(raw, text, Int32(text.count - 1)) == 1
            || (password.isEmpty && PKCS12_verify_mac(raw, nil, 0) == 1))
        guard fits else { throw .password }
    }

    /// Whether it has two parts, and those with certificates are encrypted in one of the two old ways.
    func checkCiphers() throws(LegacyExchangeError) {
        guard let parts = unsafe PKCS12_unpack_authsafes(raw) else { throw .syntax("asn1: structure error: tags don't match") }
        defer { unsafe understudy_pkcs7_free(parts) }
        let count = unsafe understudy_pkcs7_count(parts)
        guard count == 2 else { throw .parts }
        for index in 0..<count {
            guard let cipher = unsafe understudy_pkcs7_cipher(parts, index) else { continue }
            let oid = unsafe Self.dotted(cipher)
            guard Self.ciphers.contains(oid) else { throw .cipher(oid: oid) }
        }
    }

    /// The key and its certificate.
    func parse(password: [UInt8]) throws(LegacyExchangeError) -> TokenSigningKey {
        var key: OpaquePointer?
        var certificate: OpaquePointer?
        let text = password.map { CChar(bitPattern: $0) } + [0]
        // SAFETY: on success libcrypto hands over one reference of each that is there, released below; on failure none.
        guard unsafe PKCS12_parse(raw, text, &key, &certificate, nil) == 1 else { throw .withoutKey }
        defer {
            unsafe EVP_PKEY_free(key)
            unsafe X509_free(certificate)
        }
        // libcrypto names a certificate only beside its key; Go looks for the certificate first.
        guard unsafe key != nil else { throw .withoutKey }
        guard unsafe certificate != nil else { throw .withoutCertificate }
        if let goType = unsafe Self.goType(of: key) { throw .notRSA(goType: goType) }
        do {
            // By way of PEM each gets the owner it has everywhere else in this room.
            let keyPEM = try unsafe MemoryBIO.collect("writing a private key") { bio in
                unsafe PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil)
            }
            let certificatePEM = try unsafe MemoryBIO.collect("writing a certificate in PEM") { bio in
                unsafe PEM_write_bio_X509(bio, certificate)
            }
            return try TokenSigningKey(pem: SecretBytes(keyPEM + certificatePEM))
        } catch {
            throw .unusable(error)
        }
    }

    /// The type that Go's decoder makes of a key; nil of RSA.
    private static func goType(of key: OpaquePointer?) -> String? {
        if unsafe EVP_PKEY_is_a(key, "RSA") == 1 { return nil }
        return unsafe EVP_PKEY_is_a(key, "EC") == 1 ? "*ecdsa.PrivateKey" : "ed25519.PrivateKey"
    }

    /// An object identifier as numbers.
    private static func dotted(_ object: OpaquePointer?) -> String {
        var text = [CChar](repeating: 0, count: 128)
        // SAFETY: libcrypto writes at most the given count, terminator included.
        unsafe OBJ_obj2txt(&text, Int32(text.count), object, 1)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A library context with the retired ciphers beside the usual ones.
///
/// Made once and never changed or freed, so any thread may use it; without the module of old ciphers it has the usual ones only.
@safe
private final class RetiredCiphers: @unchecked Sendable {
    static let shared = RetiredCiphers()
    let context: OpaquePointer?

    private init() {
        unsafe context = OSSL_LIB_CTX_new()
        _ = unsafe OSSL_PROVIDER_load(context, "default")
        _ = unsafe OSSL_PROVIDER_load(context, "legacy")
        CryptographyError.drainQueue()
    }
}
