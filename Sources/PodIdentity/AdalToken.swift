import Surroundings
import WireFormats

/// What go-autorest's adal makes of a token answer: seven strings, whatever upstream sent (source: nmi.md §2.1).
struct AdalToken: Hashable {
    let accessToken: String
    let refreshToken: String
    let expiresIn: String
    let expiresOn: String
    let notBefore: String
    let resource: String
    let tokenType: String

    /// The object NMI writes; member order is fixed.
    var document: JSONValue {
        [
            "access_token": .string(accessToken), "refresh_token": .string(refreshToken), "expires_in": .string(expiresIn),
            "expires_on": .string(expiresOn), "not_before": .string(notBefore), "resource": .string(resource),
            "token_type": .string(tokenType),
        ]
    }

    /// Reads the body of a 200.
    ///
    /// Only blanks count as empty; any other white space is JSON that ends too soon.
    init(body: [UInt8]) throws(TokenFailure) {
        guard body.contains(where: { $0 != UInt8(ascii: " ") }) else { throw .empty }
        let document: JSONValue
        do { document = try JSONValue(parsing: body) } catch { throw .unreadable(reason: Self.goReason(error, body), body: body) }
        switch document {
        case .object, .null: break
        default: throw .unreadable(reason: "json: cannot unmarshal \(Self.goName(document)) into Go value of type adal.Token", body: body)
        }
        func text(_ name: String) throws(TokenFailure) -> String {
            switch document[name] {
            case nil, .null: ""
            case .string(let text): text
            case .some(let other):
                throw .unreadable(
                    reason: "json: cannot unmarshal \(Self.goName(other)) into Go struct field .\(name) of type string", body: body)
            }
        }
        /// Go's json.Number: a number, or a string that holds one; its spelling is kept.
        func number(_ name: String) throws(TokenFailure) -> String {
            switch document[name] {
            case nil, .null: return ""
            case .number(let text): return text
            case .string(let text):
                if case .number? = try? JSONValue(parsing: Array(text.utf8)) { return text }
                throw .unreadable(reason: "json: invalid number literal, trying to unmarshal \"\\\"\(text)\\\"\" into Number", body: body)
            case .some(let other):
                throw .unreadable(
                    reason: "json: cannot unmarshal \(Self.goName(other)) into Go struct field .\(name) of type json.Number", body: body)
            }
        }
        accessToken = try text("access_token")
        refreshToken = try text("refresh_token")
        expiresIn = try number("expires_in")
        expiresOn = try Self.expiry(document["expires_on"])
        notBefore = try number("not_before")
        resource = try text("resource")
        tokenType = try text("token_type")
    }

    /// A number (truncated), a string of digits, or `M/D/YYYY hh:mm:ss [AM|PM] +00:00`; always told as epoch seconds.
    private static func expiry(_ value: JSONValue?) throws(TokenFailure) -> String {
        switch value {
        case nil, .null: return ""
        case .number(let text): return Double(text).flatMap { Int64(exactly: $0.rounded(.towardZero)) }.map(String.init) ?? text
        case .string(let text):
            if Int64(text) != nil { return text }
            if let instant = try? GoTimeLayout.withHalf.instant(of: text) { return String(instant.rawValue) }
            // Of two refusals adal tells the second.
            do throws(GoTimeLayout.Refusal) {
                return String(try GoTimeLayout.plain.instant(of: text).rawValue)
            } catch {
                throw .unreadableExpiry(reason: error.reason, value: text)
            }
        case .some(let other):
            throw .unreadableExpiry(reason: "unexpected expires_on type \(goType(other))", value: goText(other))
        }
    }

    /// The type Go's decoder gives what it finds, as `%T` prints it.
    private static func goType(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .bool: "bool"
        case .number: "float64"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }

    /// A value as `%s` prints it, members by name; a number stays as it was sent, where Go writes the shortest that means the same.
    private static func goText(_ value: JSONValue) -> String {
        switch value {
        case .null: return "<nil>"
        case .bool(let flag): return "%!s(bool=\(flag))"
        case .number(let text): return "%!s(float64=\(text))"
        case .string(let text): return text
        case .array(let elements): return "[\(elements.map(goText).joined(separator: " "))]"
        case .object(let members):
            let last = Dictionary(members.map { ($0.name, $0.value) }) { _, last in last }
            return "map[\(last.sorted { $0.key < $1.key }.map { "\($0.key):\(goText($0.value))" }.joined(separator: " "))]"
        }
    }

    /// What Go's decoder calls a JSON value.
    private static func goName(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// The two sentences Go's decoder says most often; its others differ from version to version.
    private static func goReason(_ error: JSONSyntaxError, _ body: [UInt8]) -> String {
        guard error.offset < body.count else { return "unexpected end of JSON input" }
        return "invalid character '\(String(decoding: [body[error.offset]], as: UTF8.self))' looking for beginning of value"
    }
}
