import HTTPServing
import IdentityModel
import IdentityStore
import MetadataService
import Surroundings
import Testing
import WireFormats

@Suite struct TokenTests {
    static let client = "aaaaaaaa-0000-4000-8000-00000000000a"
    static let object = "bbbbbbbb-0000-4000-8000-00000000000b"
    static let other = "cccccccc-0000-4000-8000-00000000000c"

    private static func identities() -> [String] {
        [
            ours("ManagedIdentity", "m", "{resourceID: '\(armID("m"))', clientID: \(client), principalID: \(object)}"),
            ours("ManagedIdentity", "o", "{clientID: \(other)}"),
        ]
    }

    private func service(_ node: String = "{systemAssigned: true, userAssigned: [m, o]}") throws -> Service {
        try Service(Self.identities()[0], Self.identities()[1], ours("Node", "n", node))
    }

    @Test(
        "every shipped spelling of a selector finds the identity, in any case",
        arguments: [
            "client_id=\(client)", "client_id=\(client.uppercased())", "clientid=\(client)", "object_id=\(object)",
            "object_id=\(object.uppercased())", "principal_id=\(object)", "msi_res_id=\(armID("m"))", "mi_res_id=\(armID("m"))",
            "resource_id=\(armID("m"))", "msi_res_id=\(Percent.encodeQuery(armID("M")))", "client_id=\(client)&clientid=\(client)",
            "msi_res_id=\(armID("m"))&mi_res_id=\(armID("m"))", "client_id=\(client)&object_id=",
            "client_id=\(client)&principal_id=&mi_res_id=",
        ])
    func selectors(query: String) async throws {
        #expect(try await service().token("&" + query)["client_id"] == .string(Self.client))
    }

    @Test(
        "no identity has what the selector says",
        arguments: [
            "client_id=\(object)", "object_id=\(client)", "msi_res_id=\(armID("x"))", "client_id=m", "principal_id=nope",
            "resource_id=nope",
            "mi_res_id=nope", "clientid=nope",
        ])
    func notFound(query: String) async throws {
        let answer = try await service().answer(tokenTarget + "&" + query)
        #expect(answer.status.code == 400)
        #expect(answer.text == #"{"error":"invalid_request","error_description":"Identity not found"}"#)
    }

    @Test(
        "selectors that mean different things exclude one another",
        arguments: [
            "client_id=\(client)&object_id=\(object)", "client_id=\(client)&msi_res_id=\(armID("m"))",
            "object_id=\(object)&mi_res_id=\(armID("m"))",
            "client_id=\(client)&clientid=\(other)", "object_id=\(object)&principal_id=x", "msi_res_id=\(armID("m"))&resource_id=x",
        ])
    func exclusive(query: String) async throws {
        let answer = try await service().answer(tokenTarget + "&" + query)
        #expect(answer.status.code == 400)
        #expect(
            answer.text
                == #"{"error":"invalid_request","error_description":"Only one of 'client_id', 'object_id' and 'msi_res_id' may be specified in the token request"}"#
        )
    }

    @Test(
        "without a selector it is the system-assigned identity, else the only user-assigned one, else the caller must say",
        arguments: [
            ("{systemAssigned: true, userAssigned: [m, o]}", Optional(DerivedIDs.clientID(ofNode: "n")), ""),
            ("{userAssigned: [m]}", client, ""),
            (
                "{userAssigned: [m, o]}", nil,
                #"{"error":"invalid_request","error_description":"Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request"}"#
            ),
            ("{systemAssigned: false}", nil, #"{"error":"invalid_request","error_description":"Identity not found"}"#),
        ])
    func defaults(node: String, client: String?, body: String) async throws {
        let answer = try await service(node).answer(tokenTarget)
        #expect(answer.status.code == (client == nil ? 400 : 200))
        if let client {
            #expect(try JSONValue(parsing: answer.body)["client_id"] == .string(client))
        } else {
            #expect(answer.text == body)
        }
    }

    @Test("a token answer has eight members in alphabetical order, all strings")
    func members() async throws {
        guard case .object(let members) = try await service().token("&client_id=\(Self.client)") else { throw NotAnObject() }
        #expect(
            members.map(\.name) == [
                "access_token", "client_id", "expires_in", "expires_on", "ext_expires_in", "not_before", "resource", "token_type",
            ])
        #expect(members.allSatisfy { $0.value.text != nil })
        #expect(
            members.dropFirst().map(\.value) == [
                .string(Self.client), "86400", .string("\(start.rawValue + 86_400)"), "86399", .string("\(start.rawValue - 300)"),
                "https://vault.azure.net", "Bearer",
            ])
    }

    @Test("a minute later it is the same token with a minute less to live, and near its end another")
    func later() async throws {
        let service = try service()
        let first = try await service.token()
        service.time.advance(60)
        let second = try await service.token()
        #expect(second["access_token"] == first["access_token"] && second["expires_on"] == first["expires_on"])
        #expect(first["expires_in"] == "86400" && second["expires_in"] == "86340")
        let bypassed = try await service.token("&bypass_cache=true")
        #expect(bypassed["access_token"] != first["access_token"] && bypassed["expires_in"] == "86400")
        service.time.advance(86_400 - 300)
        let third = try await service.token()
        #expect(third["access_token"] != bypassed["access_token"] && third["expires_in"] == "86400")
    }

    @Test("an unknown resource is Entra's refusal, passed through with the region's host")
    func unknownResource() async throws {
        let answer = try await service("{systemAssigned: true, compute: {location: westus2}}")
            .answer("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://nope")
        #expect(answer.status.code == 400)
        let body = try JSONValue(parsing: answer.body)
        guard case .object(let members) = body else { throw NotAnObject() }
        #expect(
            members.map(\.name) == [
                "error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri",
            ])
        #expect(body["error"] == "invalid_resource" && body["error_codes"] == [500_011])
        #expect(body["timestamp"] == "2026-02-10 09:21:33Z")
        #expect(body["error_uri"] == "https://westus2.login.microsoft.com/error?code=500011")
        #expect(body["trace_id"]?.text.flatMap { GUID($0) } != nil && body["correlation_id"]?.text.flatMap { GUID($0) } != nil)
        #expect(
            body["error_description"]?.text?.hasPrefix(
                "AADSTS500011: The resource principal named api://nope was not found in the tenant named ") == true)
    }

    @Test("a change of the world is answered from the next request on")
    func changes() async throws {
        let service = try service("{userAssigned: [m]}")
        #expect(try await service.token()["client_id"] == .string(Self.client))
        try service.store.apply(Array(ours("Node", "n", "{userAssigned: [o]}").utf8), from: "test")
        #expect(try await service.token()["client_id"] == .string(Self.other))
    }
}

struct NotAnObject: Error {}
