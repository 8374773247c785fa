import Surroundings
import TokenIssuance
import WireFormats

/// A JWT that a client presents in place of a secret, read but not believed.
///
/// Read as tolerantly as SDKs write it: base64 of either alphabet with or without padding, times as strings and fractions, a line break
/// at the end (source: entra.md §3.3, sdk-clients.md §1.3).
struct ClientAssertion: Sendable {
    /// How the header names the key that signed.
    struct KeyName: Sendable {
        /// `kid`, as it stands there.
        let keyID: String?
        /// `x5t`, 20 bytes.
        let sha1: [UInt8]?
        /// `x5t#S256`, 32 bytes.
        let sha256: [UInt8]?
    }

    private let header: JSONValue
    private let claims: JSONValue
    /// What the signature is over: the first two parts exactly as they were sent.
    let signedBytes: [UInt8]
    /// The third part.
    let signature: [UInt8]

    init(_ text: SecretBytes) throws(EntraError) {
        let sent = text.reveal { $0 }
        let bytes = Array(sent.drop(while: Self.isBlank).reversed().drop(while: Self.isBlank).reversed())
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformedAssertion(because: "it has \(parts.count) parts, not three") }
        guard let header = Self.object(parts[0]), let claims = Self.object(parts[1]) else {
            throw .malformedAssertion(because: "its header or its payload is no JSON object")
        }
        guard let signature = Base64.decode(String(decoding: parts[2], as: UTF8.self)), !signature.isEmpty else {
            throw .malformedAssertion(because: "its signature is no base64")
        }
        self.header = header
        self.claims = claims
        self.signature = signature
        signedBytes = Array(bytes[..<parts[1].endIndex])
    }

    // MARK: Header

    /// `alg`; empty when there is none.
    var algorithm: String { header["alg"]?.text ?? "" }

    /// `typ`.
    var type: String? { header["typ"]?.text }

    /// How the key is named.
    var keyName: KeyName {
        KeyName(keyID: header["kid"]?.text, sha1: thumbprint("x5t", count: 20), sha256: thumbprint("x5t#S256", count: 32))
    }

    private func thumbprint(_ name: String, count: Int) -> [UInt8]? {
        header[name]?.text.flatMap { Base64.decode($0) }.flatMap { $0.count == count ? $0 : nil }
    }

    // MARK: Claims

    /// A claim that is a string.
    func text(_ name: String) -> String? { claims[name]?.text }

    /// `aud`: one or several.
    var audiences: [String] { claims["aud"]?.text.map { [$0] } ?? (claims["aud"]?.elements ?? []).compactMap(\.text) }

    /// A time in whole seconds, from a number or a string, a fraction cut off; nil when it is missing or no time.
    func time(_ name: String) -> UnixSeconds? {
        let text: String
        switch claims[name] {
        case .number(let digits): text = digits
        case .string(let digits): text = digits
        default: return nil
        }
        // Up to the year 9999, beyond which no calendar here goes.
        guard let seconds = Double(text), seconds.isFinite, (0..<253_402_300_800).contains(seconds) else { return nil }
        return UnixSeconds(Int64(seconds.rounded(.down)))
    }

    private static func object(_ part: ArraySlice<UInt8>) -> JSONValue? {
        guard let bytes = Base64.decode(String(decoding: part, as: UTF8.self)), let value = try? JSONValue(parsing: bytes),
            case .object = value
        else { return nil }
        return value
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}
