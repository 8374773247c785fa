import HTTPServing
import Surroundings
import WireFormats

/// The bytes of a source's answers.
protocol SourceWire: Sendable {
    /// The head and framing that go with a JSON body of a 200.
    func success(_ body: JSONValue, _ call: SourceCall) -> HTTPResponse

    /// The answer for a failure.
    func failure(_ failure: SourceFailure, _ call: SourceCall) -> HTTPResponse

    /// What the source says with a status on a bad day, whatever was asked.
    ///
    /// Where nobody has captured it, it is in the form of the source's other refusals.
    func outage(_ status: HTTPStatus, _ call: SourceCall) -> HTTPResponse
}

/// A request to a source, with what an answer to it is made of.
struct SourceCall: Sendable {
    let request: HTTPRequest
    /// The query, and behind it the form of a POST.
    let parameters: [Percent.Parameter]
    /// The id of this exchange, for sources that tell one.
    let correlationID: String
    let now: UnixSeconds

    init(_ request: HTTPRequest, clock: WallClock, entropy: Entropy) {
        self.request = request
        let form = request.methodIs("POST") ? Percent.query(String(decoding: request.body, as: UTF8.self), .lenient) : []
        parameters = Percent.query(request.rawQuery ?? "", .lenient) + form
        correlationID = GUID(from: entropy).description
        now = clock.now
    }

    /// The first value of a parameter that has one; nil when it is absent or empty.
    func parameter(_ name: String) -> String? { parameters.first { $0.name == name && !$0.value.isEmpty }?.value }

    /// The target as a client would write it down.
    var url: String { "http://\(request.header("Host") ?? "localhost")\(request.target)" }
}

extension SourceDialect {
    /// The body of a token answer.
    func body(_ grant: SourceGrant, isNamed: Bool, now: UnixSeconds) -> JSONValue {
        .object(
            members.compactMap { member in
                let (name, value): (String, JSONValue?) =
                    switch member {
                    case .accessToken: ("access_token", .string(grant.token.reveal { String(decoding: $0, as: UTF8.self) }))
                    case .clientID: ("client_id", .string(grant.clientID))
                    case .expiresIn: ("expires_in", .string(String(grant.expires - now)))
                    case .expiresOn: ("expires_on", .string(String(grant.expires.rawValue)))
                    case .expiresOnNumber: ("expires_on", .integer(grant.expires.rawValue))
                    case .expiresOnDate: ("expires_on", .string(CivilTime(grant.expires).appServiceTimestamp))
                    case .extendedExpiresIn: ("ext_expires_in", "86399")
                    case .notBefore: ("not_before", .string(String(grant.notBefore.rawValue)))
                    case .refreshToken: ("refresh_token", "")
                    case .resource: ("resource", .string(grant.resource))
                    case .tokenType: ("token_type", "Bearer")
                    case .objectIDIfNamed: ("object_id", isNamed ? .string(grant.objectID) : nil)
                    case .resourceIDIfNamed: ("msi_res_id", isNamed ? grant.resourceID.map(JSONValue.string) : nil)
                    }
                return value.map { JSONMember(name, $0) }
            })
    }
}
