internal import COpenSSL

/// Message digests.
public enum Digest {
    /// SHA-1, 20 bytes: certificate thumbprints (`x5t`, `kid`) only.
    public static func sha1(_ bytes: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try unsafe digest(bytes, EVP_sha1(), "computing SHA-1")
    }

    /// SHA-256, 32 bytes.
    public static func sha256(_ bytes: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try unsafe digest(bytes, EVP_sha256(), "computing SHA-256")
    }

    private static func digest(
        _ bytes: [UInt8], _ algorithm: OpaquePointer, _ operation: String
    ) throws(CryptographyError) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        // SAFETY: `out` has room for the longest digest there is; the algorithm is a static of libcrypto.
        try CryptographyError.check(unsafe EVP_Digest(bytes, bytes.count, &out, &length, algorithm, nil), operation)
        out.removeLast(out.count - Int(length))
        return out
    }
}
