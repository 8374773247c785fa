internal import COpenSSL
internal import Surroundings

/// Owns one private key of any kind (`EVP_PKEY`).
///
/// Immutable after it is made, so any thread may use it: libcrypto guards the caches inside with its own locks, and
/// reference counts are atomic.
@safe
final class PrivateKey: @unchecked Sendable {
    /// Borrowed by the rest of this room for the length of a call; never kept.
    let raw: OpaquePointer

    /// Takes over the reference.
    private init(owning raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe EVP_PKEY_free(raw) }

    /// A fresh RSA key of 2048 bits.
    static func generateRSA() throws(CryptographyError) -> PrivateKey {
        guard let raw = unsafe understudy_rsa_keygen(2048) else { throw CryptographyError(drainingQueueAfter: "generating an RSA key") }
        return unsafe PrivateKey(owning: raw)
    }

    /// A fresh key on P-256.
    static func generateP256() throws(CryptographyError) -> PrivateKey {
        guard let raw = unsafe understudy_p256_keygen() else { throw CryptographyError(drainingQueueAfter: "generating a P-256 key") }
        return unsafe PrivateKey(owning: raw)
    }

    /// The first private key in PEM text; blocks of other kinds are skipped, encrypted ones refused.
    static func read(pem: SecretBytes) throws(CryptographyError) -> PrivateKey {
        try unsafe MemoryBIO.reading(pem.reveal { $0 }, "reading a private key") { bio in
            unsafe understudy_pem_read_private_key(bio).map { unsafe PrivateKey(owning: $0) }
        }
    }

    /// The key as unencrypted PKCS#8 PEM.
    func pem() throws(CryptographyError) -> SecretBytes {
        try unsafe SecretBytes(
            MemoryBIO.collect("writing a private key") { bio in
                unsafe PEM_write_bio_PKCS8PrivateKey(bio, raw, nil, nil, 0, nil, nil)
            })
    }

    /// Whether this is an RSA key usable with PKCS#1 v1.5 (not one restricted to PSS).
    var isRSA: Bool { unsafe EVP_PKEY_is_a(raw, "RSA") == 1 }

    /// The size of the key in bits: of the modulus, or of the curve's order.
    var bits: Int { Int(unsafe EVP_PKEY_get_bits(raw)) }
}
