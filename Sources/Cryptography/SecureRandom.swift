internal import COpenSSL

/// Random bytes fit for secrets, from libcrypto's generator.
public struct SecureRandom {
    /// `count` random bytes; none when `count` is not positive.
    public static func bytes(_ count: Int) throws(CryptographyError) -> [UInt8] {
        guard count > 0 else { return [] }
        guard let size = Int32(exactly: count) else { throw CryptographyError("making random bytes", "too many asked for") }
        var out = [UInt8](repeating: 0, count: count)
        // SAFETY: `out` holds exactly `size` bytes.
        try CryptographyError.check(unsafe RAND_bytes(&out, size), "making random bytes")
        return out
    }
}
