import IdentityModel
import TokenIssuance
import WireFormats

/// From `scope` or `resource` to the identifier a token is for (source: entra.md §2.6).
enum RequestedResource {
    private static let suffix = "/.default"
    /// Scopes about people, which some clients always send and which say nothing about an application.
    private static let aboutPeople: Set<String> = ["openid", "profile", "offline_access", "email"]

    /// The identifier, exactly as the client wrote it.
    static func identifier(_ form: TokenForm, _ version: EndpointVersion) throws(EntraError) -> String {
        switch version {
        case .v1: return form["resource"] ?? WellKnownResources.legacyGraph
        case .v2:
            guard form["resource"] == nil else { throw .resourceNotForV2 }
            guard let scope = form["scope"] else { throw .parameterMissing("scope") }
            return try identifier(scope: scope)
        }
    }

    /// Everything before the final `/.default` of the one scope that is about a resource.
    static func identifier(scope: String) throws(EntraError) -> String {
        let scopes = scope.split(whereSeparator: \.isWhitespace).map(String.init)
        var identifiers: [String] = []
        for scope in scopes where !aboutPeople.contains(scope) && !identifiers.contains(scope) { identifiers.append(scope) }
        guard !scopes.isEmpty, scope.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\"") }) else {
            throw .malformedScope(scope)
        }
        guard !identifiers.isEmpty, identifiers.allSatisfy({ $0.hasSuffix(suffix) }) else { throw .scopeNotDefault(scope) }
        guard identifiers.count == 1 else { throw .severalResources(scope) }
        let identifier = String(identifiers[0].dropLast(suffix.count))
        guard !identifier.isEmpty else { throw .malformedScope(scope) }
        return identifier
    }

    /// Whether `claims` declares that the client can take a challenge: `{"access_token":{"xms_cc":{"values":["CP1"]}}}`.
    static func declaresContinuousEvaluation(_ form: TokenForm) throws(EntraError) -> Bool {
        guard let claims = form["claims"] else { return false }
        guard let document = try? JSONValue(parsing: Array(claims.utf8)), case .object = document else {
            throw .invalidInput(because: "the parameter claims is no JSON object")
        }
        let values = document["access_token"]?["xms_cc"]?["values"]?.elements ?? []
        return values.contains { $0.text?.lowercased() == "cp1" }
    }
}
