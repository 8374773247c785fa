import Decisions
import HTTPServing
import IdentityModel
public import Surroundings
public import WireFormats

/// What would become of an assertion at the token endpoint, and why.
///
/// Nothing is recorded, and a token that would be given is thrown away.
public struct AssertionExplanation: Sendable {
    private let service: AuthorityService

    /// Explains what `service` would do.
    public init(of service: AuthorityService) { self.service = service }

    /// The outcome with the claims that decided it, and where they part from the nearest credential.
    ///
    /// Fetches keys, and may sign: not for an event loop.
    ///
    /// - Parameters:
    ///   - clientID: the client the assertion is to stand for.
    ///   - tenant: an id or a domain.
    ///   - resource: what the token would be for.
    public func document(_ assertion: SecretBytes, clientID: String, tenant: String, resource: String) async -> JSONValue {
        let proof = AuthorityClient.proof(by: assertion.reveal { String(decoding: $0, as: UTF8.self) })
        let request = HTTPRequest(
            method: "POST", target: "/\(tenant)/oauth2/token", headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: AuthorityClient.form(clientID: clientID, resource: resource, proof: proof), peer: PeerAddress(host: .unknown, port: 0))
        let (response, decision) = await service.outcome(of: request, tenant: tenant)
        var members = [
            JSONMember("client", .string(clientID)), JSONMember("tenant", .string(tenant)),
            JSONMember("assertion", Self.claims(assertion)), JSONMember("outcome", .string(decision.outcome.rawValue)),
            JSONMember("reason", .string(decision.reason())), JSONMember("matched", .strings(decision.matched.map(\.description))),
            JSONMember(
                "rejected", .array(decision.rejected.map { ["object": .string($0.object.description), "reason": .string($0.reason)] })),
        ]
        if let check = decision.check { members.append(JSONMember("check", .string(check))) }
        if let nearMiss = decision.nearMiss { members.append(JSONMember("nearMiss", nearMiss.document)) }
        if decision.outcome != .issued {
            let answer = try? JSONValue(parsing: response.body)
            members += [
                JSONMember("status", .integer(response.status.code)), JSONMember("answer", answer?["error_description"] ?? .null),
            ]
        }
        return .object(members)
    }

    /// What of an assertion is no secret; empty when it is none.
    private static func claims(_ text: SecretBytes) -> JSONValue {
        guard let assertion = try? ClientAssertion(text) else { return .object([]) }
        let times = [("issued", "iat"), ("expires", "exp")].compactMap { name, claim in
            assertion.time(claim).map { JSONMember(name, .string(CivilTime($0).rfc3339)) }
        }
        let texts = [("issuer", assertion.text("iss")), ("subject", assertion.text("sub")), ("key", assertion.keyName.keyID)]
        return .object(
            texts.compactMap { name, value in value.map { JSONMember(name, .string($0)) } }
                + [JSONMember("audiences", .strings(assertion.audiences))] + times)
    }

    /// The service account that an assertion says it is of: namespace and name; nil when it is of something else.
    public static func serviceAccount(of text: SecretBytes) -> (namespace: String, name: String)? {
        let prefix = "system:serviceaccount:"
        guard let subject = (try? ClientAssertion(text))?.text("sub"), subject.hasPrefix(prefix) else { return nil }
        let parts = subject.dropFirst(prefix.count).split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
}
