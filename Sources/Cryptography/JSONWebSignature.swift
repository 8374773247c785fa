internal import WireFormats

/// JSON Web Signatures in compact form (RFC 7515 §3.1), RS256 only.
public enum JSONWebSignature {
    /// `BASE64URL(header).BASE64URL(payload).BASE64URL(signature)`.
    ///
    /// The bytes are signed as they are given.
    public static func compact(header: [UInt8], payload: [UInt8], key: RSAPrivateKey) throws(CryptographyError) -> String {
        String(decoding: try compactBytes(header: header, payload: payload, key: key), as: UTF8.self)
    }

    /// As `compact`, in the bytes that an answer is made of.
    public static func compactBytes(header: [UInt8], payload: [UInt8], key: RSAPrivateKey) throws(CryptographyError) -> [UInt8] {
        var out: [UInt8] = []
        // Four thirds of what is encoded, and two dots.
        out.reserveCapacity((header.count + payload.count + key.publicKey.modulus.count) * 4 / 3 + 8)
        Base64.encodeURL(header, into: &out)
        out.append(UInt8(ascii: "."))
        Base64.encodeURL(payload, into: &out)
        let signature = try key.signRS256(out)
        out.append(UInt8(ascii: "."))
        Base64.encodeURL(signature, into: &out)
        return out
    }

    /// Whether the three parts are base64url and the last is the key's RS256 signature over the first two.
    ///
    /// Says nothing about the header's `alg`, nor about any claim: those are the caller's to judge.
    public static func verifyRS256(compact: String, key: RSAPublicKey) -> Bool {
        let bytes = Array(compact.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isURLSafe) }),
            let signature = Base64.decode(String(decoding: parts[2], as: UTF8.self))
        else { return false }
        return key.verifyRS256(signature, over: Array(bytes[..<parts[1].endIndex]))
    }

    /// RFC 7515 §2 wants the URL-safe alphabet without padding; `Base64.decode` alone would also take the other one.
    private static func isURLSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
