import HTTPServing
import TokenIssuance
import WireFormats

/// The form of a token request, and the credentials that may stand in the `Authorization` header instead (source: entra.md §3.1).
///
/// Unknown parameters are nobody's business: MSAL sends telemetry among them, with raw blanks and bars (source: sdk-clients.md §1.3).
struct TokenForm: Sendable {
    private let parameters: [Percent.Parameter]
    private let basic: BasicCredential?

    init(_ request: HTTPRequest) throws(EntraError) {
        basic = request.header("Authorization").flatMap(BasicCredential.init)
        // Another content type is read as no form at all, so that its first parameter is the one that is missing.
        guard Self.isForm(request.header("Content-Type")) else {
            parameters = []
            return
        }
        guard let text = String(validating: request.body, as: UTF8.self), !text.utf8.contains(0) else {
            throw .malformedRequest(because: "the body is not UTF-8 text")
        }
        parameters = Percent.query(text, .lenient)
    }

    /// A parameter's value; nil when it is missing or empty.
    subscript(name: String) -> String? { parameters.first { $0.name == name && !$0.value.isEmpty }?.value }

    /// The client id of the form, else that of the header.
    var clientID: String? { self["client_id"] ?? basic?.clientID }

    /// The client secret of the form, else that of the header.
    var clientSecret: String? { self["client_secret"] ?? basic?.secret }

    /// Refuses a parameter that stands there twice: which of the two counts is a question that answers itself in an attacker's favour.
    func requireUnique(_ names: [String]) throws(EntraError) {
        for name in names where parameters.count(where: { $0.name == name }) > 1 {
            throw .malformedRequest(because: "the parameter \(name) stands in the form more than once")
        }
    }

    /// A missing content type is taken for a form's: nothing else is ever posted here.
    private static func isForm(_ contentType: String?) -> Bool {
        guard let contentType else { return true }
        let media = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        return media == "application/x-www-form-urlencoded"
    }
}

/// `client_secret_basic`: both halves are form-encoded before they are joined (RFC 6749 §2.3.1).
private struct BasicCredential: Sendable {
    let clientID: String
    let secret: String

    init?(_ header: String) {
        guard header.lowercased().hasPrefix("basic "),
            let bytes = Base64.decode(header.dropFirst("basic ".count).drop { $0 == " " }),
            let text = String(validating: bytes, as: UTF8.self), let colon = text.firstIndex(of: ":")
        else { return nil }
        clientID = Self.decoded(text[..<colon])
        secret = Self.decoded(text[text.index(after: colon)...])
        guard !secret.isEmpty else { return nil }
    }

    private static func decoded(_ text: Substring) -> String {
        Percent.decodePath(String(text.map { $0 == "+" ? " " : $0 })) ?? String(text)
    }
}
