import HTTPServing
import IdentityModel
import Surroundings
import WireFormats

// What faults do to the bytes of an answer.

extension FaultAnswer {
    /// The answer: the service's own, with what the fault says in place of it.
    func rendered(by outage: FaultPlace.Outage, for request: HTTPRequest) -> HTTPResponse {
        var response = outage(status, retryAfter, request)
        if let body {
            response.body = Array(body.utf8)
            if let contentType { response.setHeader("Content-Type", contentType) }
        }
        for header in headers { response.setHeader(header.name, header.value) }
        return response
    }
}

extension HTTPResponse {
    /// Puts a value in the place of a header, or a header before those that the server writes.
    mutating func setHeader(_ name: String, _ value: String) {
        headers = expandedHeaders
        let lower = name.lowercased()
        let place = headers.firstIndex { if case .field(let name, _) = $0 { name.lowercased() == lower } else { false } }
        if let place { headers[place] = .field(name, value) } else { insertHeader(name, value) }
    }

    private mutating func insertHeader(_ name: String, _ value: String) {
        headers.insert(.field(name, value), at: headers.firstIndex { $0 == .date || $0 == .contentLength } ?? headers.endIndex)
    }

    /// The answer with members of its JSON object of another type, or gone; any other answer stays as it is.
    func edited(retyping retype: [String], omitting omit: [String]) -> HTTPResponse {
        withMembers { members in
            members.filter { !omit.contains($0.name) }.map { retype.contains($0.name) ? JSONMember($0.name, $0.value.retyped) : $0 }
        } ?? self
    }

    /// The answer with another token, and the times of that token; nil when it holds no token, or none can be made of it.
    func withToken(at now: UnixSeconds, _ spoil: (SecretBytes) -> SecretBytes?) -> HTTPResponse? {
        withMembers { members in
            guard case .string(let text)? = members.first(where: { $0.name == "access_token" })?.value,
                let spoilt = spoil(SecretBytes(Array(text.utf8))), let life = TokenLife(of: spoilt)
            else { return nil }
            return members.map { member in
                guard let value = life.value(of: member.name, at: now) else { return member }
                if member.name == "expires_on", case .string(let text) = member.value, Int64(text) == nil {
                    return JSONMember(member.name, .string(CivilTime(UnixSeconds(life.expires)).appServiceTimestamp))
                }
                // Numbers stay numbers, and texts texts: the services differ in that.
                if case .number = member.value, let number = Int64(value) { return JSONMember(member.name, .integer(number)) }
                return JSONMember(member.name, .string(value))
            }
        }
    }

    /// The answer with other members in its JSON object; nil when it has none, or `change` wants nothing changed.
    private func withMembers(_ change: ([JSONMember]) -> [JSONMember]?) -> HTTPResponse? {
        guard status.code < 300, case .object(let members)? = try? JSONValue(parsing: body), let changed = change(members) else {
            return nil
        }
        var response = self
        response.body = JSONValue.object(changed).bytes()
        return response
    }
}

extension JSONValue {
    /// The value in another type, as a careless service might send it: what stands in text as a number, what is a number in text.
    fileprivate var retyped: JSONValue {
        switch self {
        case .string(let text): Int64(text).map { JSONValue.integer($0) } ?? .array([self])
        case .number(let text): .string(text)
        default: .string(rendered())
        }
    }
}

/// The times that a token itself tells.
private struct TokenLife {
    let compact: String
    let notBefore: Int64
    let expires: Int64

    init?(of token: SecretBytes) {
        compact = token.reveal { String(decoding: $0, as: UTF8.self) }
        let parts = compact.split(separator: ".")
        guard parts.count == 3, let bytes = Base64.decode(String(parts[1])), let claims = try? JSONValue(parsing: bytes),
            case .number(let nbf)? = claims["nbf"], case .number(let exp)? = claims["exp"], let notBefore = Int64(nbf),
            let expires = Int64(exp)
        else { return nil }
        self.notBefore = notBefore
        self.expires = expires
    }

    /// What a member of the answer says of the token; nil for one that says nothing of it.
    func value(of member: String, at now: UnixSeconds) -> String? {
        switch member {
        case "access_token": compact
        // No service counts below nothing, and SDKs read digits only (source: sdk-clients.md §2.1).
        case "expires_in": String(max(0, expires - now.rawValue))
        case "not_before": String(notBefore)
        case "expires_on": String(expires)
        default: nil
        }
    }
}
