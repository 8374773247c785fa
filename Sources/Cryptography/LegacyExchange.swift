internal import COpenSSL
public import Surroundings

/// PKCS#12 as Go's `golang.org/x/crypto/pkcs12` reads it: files of the old kind only, which `openssl pkcs12 -export -legacy` still writes.
///
/// The MAC must be by SHA-1, and what is encrypted must be so with triple DES or 40-bit RC2 by PKCS#12's own derivation.
public enum LegacyExchange {
    /// Reads the key and its certificate.
    ///
    /// Fails with what Go's package would say.
    public static func read(_ file: SecretBytes, password: SecretBytes) throws(LegacyExchangeError) -> TokenSigningKey {
        defer { CryptographyError.drainQueue() }
        let bytes = file.reveal { $0 }
        let text = password.reveal { $0 }
        guard String(decoding: text, as: UTF8.self).unicodeScalars.allSatisfy({ $0.value <= 0xffff }) else { throw .passwordBeyondUCS2 }
        let handle = try ExchangeHandle(bytes)
        try handle.checkMAC(password: text)
        try handle.checkCiphers()
        return try handle.parse(password: text)
    }
}

/// Why Go's package does not read a PKCS#12 file.
public enum LegacyExchangeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is no PKCS#12, or not all of one; the text is that of Go's ASN.1 decoder, shortened where it dumps its own types.
    case syntax(String)
    /// No MAC protects it.
    case withoutMAC
    /// The MAC is by another digest than SHA-1: files made with today's defaults.
    case digest(oid: String)
    /// The password is another.
    case password
    /// The password has characters that PKCS#12 cannot express.
    case passwordBeyondUCS2
    /// The certificates are encrypted with another cipher.
    case cipher(oid: String)
    /// It does not hold exactly a part with certificates and one with the key.
    case parts
    /// No certificate.
    case withoutCertificate
    /// No key, or one that cannot be decrypted.
    case withoutKey
    /// The key is of another type; the name is that of Go's type.
    case notRSA(goType: String)
    /// A limit of our own: the key is too short, or not the certificate's.
    case unusable(CryptographyError)

    /// What Go's package says.
    public var description: String {
        switch self {
        case .syntax(let text): "pkcs12: error reading P12 data: \(text)"
        case .withoutMAC: "pkcs12: no MAC in data"
        case .digest(let oid): "pkcs12: unknown digest algorithm: \(oid)"
        case .password: "pkcs12: decryption password incorrect"
        case .passwordBeyondUCS2: "pkcs12: string contains characters that cannot be encoded in UCS-2"
        case .cipher(let oid): "pkcs12: algorithm \(oid) is not supported"
        case .parts: "pkcs12: expected exactly two items in the authenticated safe"
        case .withoutCertificate: "pkcs12: certificate missing"
        case .withoutKey: "pkcs12: private key missing"
        case .notRSA(let goType): "the key is a \(goType)"
        case .unusable(let error): "pkcs12: \(error)"
        }
    }
}
