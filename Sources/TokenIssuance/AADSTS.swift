/// One row of the table of refusals: what a code means on the wire, and which check it belongs to.
///
/// The rows are in `AADSTS+Rows.swift`; bodies and headers are rendered from them and from nothing else.
public struct AADSTS: Hashable, Sendable {
    /// The step of a request at which the token service refuses, in the order of the steps (source: entra.md §3.6).
    public enum Check: String, CaseIterable, Hashable, Sendable {
        case instance
        case verb
        case form
        case grant
        case credential = "credential presence"
        case tenant
        case client
        case secret = "client secret"
        case assertion = "client assertion"
        case certificate
        case federation = "federated identity credential"
        case issuerKeys = "issuer keys"
        case scope
        case resource
        case assignment
        case issuance
    }

    /// How the text of a row is known.
    public enum Provenance: Hashable, Sendable {
        /// Seen in a recording, a test capture or a log.
        case observed
        /// Only described by Microsoft or by a peer.
        case documented
        /// The code is known and its text is not: the words are ours.
        case ours
    }

    /// The number after `AADSTS`.
    public let code: Int
    /// The HTTP status.
    public let status: Int
    /// The OAuth `error`.
    public let error: String
    /// The text between the number and the tail; `{name}` stands for a value of the request.
    public let template: String
    /// When it is answered.
    public let when: String
    /// The step that refuses.
    public let check: Check
    /// Whether the look-up page knows the code, so that the body carries `error_uri` (source: entra.md §4.1).
    public let hasPage: Bool
    /// How the text is known.
    public let provenance: Provenance

    init(
        _ code: Int, _ status: Int, _ error: String, _ check: Check, _ template: String, when: String, hasPage: Bool = true,
        _ provenance: Provenance = .observed
    ) {
        self.code = code
        self.status = status
        self.error = error
        self.template = template
        self.when = when
        self.check = check
        self.hasPage = hasPage
        self.provenance = provenance
    }

    /// The template with each `{name}` replaced; a name without a value stays as it stands.
    ///
    /// Values come from requests. They are put in once, never read as templates, and made to fit a JSON string without escapes, because
    /// one SDK borrows the description without decoding it (source: sdk-clients.md §1.3).
    func text(_ values: [String: String]) -> String {
        var out = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            out += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            out += values[name].map(Self.shown) ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }

    /// Longer values are cut: a description is for people.
    private static let maximumShown = 1024

    private static func shown(_ value: String) -> String {
        let scalars = value.unicodeScalars.prefix(maximumShown).map { scalar -> Unicode.Scalar in
            scalar.value < 0x20 || scalar.value == 0x7f || scalar == "\"" || scalar == "\\" ? "?" : scalar
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
