import HTTPServing
import ManagedIdentitySources
import Surroundings
import Testing
import WireFormats

@Suite struct TokenTests {
    /// The members of an answer in order, and the JSON type and spelling of `expires_on`.
    struct Shape: CustomTestStringConvertible, Sendable {
        let source: ManagedIdentitySource
        var version: String?
        let members: String
        let expiresOn: JSONValue
        var testDescription: String { "\(source.rawValue) \(version ?? "")" }
    }

    static let shapes = [
        Shape(
            source: .appService, version: "2017-09-01", members: "access_token expires_on resource token_type client_id",
            expiresOn: "02/11/2026 09:21:33 +00:00"),
        Shape(
            source: .appService, version: "2019-08-01", members: "access_token expires_on resource token_type client_id",
            expiresOn: "1770801693"),
        Shape(
            source: .serviceFabric, version: "2019-07-01-preview", members: "token_type access_token expires_on resource",
            expiresOn: 1_770_801_693),
        Shape(
            source: .serviceFabric, version: "2020-05-01", members: "token_type access_token expires_on resource",
            expiresOn: 1_770_801_693),
        Shape(
            source: .cloudShell, members: "access_token refresh_token expires_in expires_on not_before resource token_type",
            expiresOn: "1770801693"),
        Shape(source: .azureML, members: "access_token expires_on resource token_type client_id", expiresOn: 1_770_801_693),
    ]

    @Test("a token answer has the source's members in its order, and its expires_on in its form", arguments: shapes)
    func shape(_ shape: Shape) async throws {
        let response = try await Source(shape.source).ask(version: shape.version)
        #expect(response.status == .ok)
        guard case .object(let members) = response.document else {
            Issue.record("no object: \(response.text)")
            return
        }
        #expect(members.map(\.name).joined(separator: " ") == shape.members)
        #expect(response.document["expires_on"] == shape.expiresOn)
        #expect(response.document["resource"]?.text == "https://vault.azure.net")
        #expect(response.document["token_type"]?.text == "Bearer")
        let claims = try claims(response.document["access_token"]?.text)
        #expect(claims["oid"]?.text == systemObjectID && claims["aud"]?.text == "https://vault.azure.net")
        if shape.members.contains("client_id") { #expect(response.document["client_id"]?.text == systemClientID) }
    }

    @Test("times that are told beside expires_on agree with it")
    func times() async throws {
        let document = try await Source(.cloudShell).ask().document
        #expect(document["expires_in"]?.text == "86400")
        #expect(document["not_before"]?.text == String(start.rawValue - 300))
        #expect(document["refresh_token"]?.text == "")
    }

    enum Gets: Sendable {
        case reader
        case system
        case refused
    }

    struct Named: CustomTestStringConvertible, Sendable {
        let source: ManagedIdentitySource
        let parameter: String
        let value: String
        let gets: Gets
        /// Whether the journal tells of a selector that the original would not have read.
        var isNoted = false
        var testDescription: String { "\(source.rawValue) \(parameter)" }
    }

    static let named: [Named] = [
        Named(source: .appService, parameter: "client_id", value: readerClientID, gets: .reader),
        Named(source: .appService, parameter: "client_id", value: readerClientID.uppercased(), gets: .reader),
        Named(source: .appService, parameter: "object_id", value: readerObjectID, gets: .reader),
        Named(source: .appService, parameter: "principal_id", value: readerObjectID, gets: .reader),
        Named(source: .appService, parameter: "mi_res_id", value: readerResourceID, gets: .reader),
        Named(source: .appService, parameter: "msi_res_id", value: readerResourceID, gets: .reader, isNoted: true),
        Named(source: .appService, parameter: "resource_id", value: readerResourceID, gets: .reader, isNoted: true),
        Named(source: .appService, parameter: "clientid", value: readerClientID, gets: .reader, isNoted: true),
        Named(source: .appService, parameter: "client_id", value: systemClientID, gets: .system),
        Named(source: .appService, parameter: "client_id", value: stranger, gets: .refused),
        Named(source: .appService, parameter: "mi_res_id", value: readerResourceID + "x", gets: .refused),
        Named(source: .arc, parameter: "client_id", value: readerClientID, gets: .reader),
        Named(source: .arc, parameter: "object_id", value: readerObjectID, gets: .reader),
        Named(source: .arc, parameter: "msi_res_id", value: readerResourceID, gets: .reader),
        Named(source: .arc, parameter: "mi_res_id", value: readerResourceID, gets: .system, isNoted: true),
        Named(source: .arc, parameter: "object_id", value: stranger, gets: .refused),
        Named(source: .serviceFabric, parameter: "client_id", value: readerClientID, gets: .system, isNoted: true),
        Named(source: .serviceFabric, parameter: "principalId", value: readerObjectID, gets: .system, isNoted: true),
        Named(source: .cloudShell, parameter: "client_id", value: readerClientID, gets: .system, isNoted: true),
        Named(source: .azureML, parameter: "clientid", value: readerClientID, gets: .reader),
        Named(source: .azureML, parameter: "clientid", value: "", gets: .system),
        Named(source: .azureML, parameter: "object_id", value: readerObjectID, gets: .reader, isNoted: true),
        Named(source: .azureML, parameter: "clientid", value: stranger, gets: .refused),
    ]

    @Test("each source reads its own selectors, and the journal tells of others", arguments: named)
    func selectors(_ named: Named) async throws {
        // Without challenges an Arc source answers at once: the choice of the identity comes before them.
        let source = try Source(named.source)
        let response = await source.ask("&\(named.parameter)=\(Percent.encodeQuery(named.value))")
        let decision = try #require(try source.lastDecision())
        switch named.gets {
        case .refused:
            #expect(response.status.code >= 400)
            #expect(decision["outcome"]?.text == "refused")
            #expect(decision["reason"]?.text?.contains("reader (client id \(readerClientID))") == true)
        case .reader, .system:
            let claims = try claims(response.document["access_token"]?.text)
            #expect(claims["oid"]?.text == (named.gets == .reader ? readerObjectID : systemObjectID))
            #expect(decision["outcome"]?.text == "issued")
            #expect(decision["uti"]?.text == claims["uti"]?.text)
        }
        #expect(decision["source"]?.text == named.source.rawValue && decision["face"]?.text == "managed-identity-sources")
        #expect((decision["quirks"]?.elements?.isEmpty == false) == named.isNoted)
    }

    @Test(
        "naming none means the system-assigned identity; some sources take a lone user-assigned one for it",
        arguments: [
            (ManagedIdentitySource.appService, true, "reader", systemObjectID), (.appService, false, "reader", nil),
            (.arc, false, "reader", nil), (.azureML, false, "reader", nil),
            (.serviceFabric, false, "reader", readerObjectID), (.serviceFabric, false, "reader, writer", nil),
            (.cloudShell, false, "reader", readerObjectID), (.cloudShell, false, "", nil),
        ] as [(ManagedIdentitySource, Bool, String, String?)])
    func standard(_ kind: ManagedIdentitySource, _ system: Bool, _ userAssigned: String, _ wanted: String?) async throws {
        let response = try await Source(kind, world(system: system, userAssigned: userAssigned)).ask()
        #expect((response.status == .ok) == (wanted != nil))
        guard let wanted else { return }
        #expect(try claims(response.document["access_token"]?.text)["oid"]?.text == wanted)
    }

    @Test(
        "the hash of a token that a resource refused brings another one, where the source takes it; any other hash does not",
        arguments: [(ManagedIdentitySource.serviceFabric, true), (.appService, true), (.cloudShell, false)])
    func refusedToken(_ kind: ManagedIdentitySource, _ replaces: Bool) async throws {
        let source = try Source(kind)
        func token(_ more: String = "") async -> String { await source.ask(more).document["access_token"]?.text ?? "" }
        let first = await token()
        #expect(await token() == first)
        #expect(await token("&token_sha256_to_refresh=\(String(repeating: "0", count: 64))") == first)
        let hash = try sha256(first)
        let second = await token("&xms_cc=cp1&token_sha256_to_refresh=\(hash)")
        #expect((second != first) == replaces)
        #expect(await token() == second)
    }
}
