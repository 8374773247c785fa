import Cryptography
import IdentityModel
import IdentityStore
import Surroundings
import Testing
import TokenIssuance
import WireFormats

@Suite struct ClaimTests {
    private let tenant = "11111111-2222-4333-8444-555555555555"

    @Test("a user-assigned identity's v1 token has Entra's claims in Entra's order")
    func v1() throws {
        let (header, payload) = try parts(try issuer().issue(try world().request(userClient, "https://management.azure.com/")))
        let key = try sharedKey.get().keyID
        #expect(header == ["typ": "JWT", "alg": "RS256", "x5t": .string(key), "kid": .string(key)])
        #expect(
            payload.names == [
                "aud", "iss", "iat", "nbf", "exp", "aio", "appid", "appidacr", "idp", "idtyp", "oid", "rh", "sub", "tid", "uti", "ver",
                "xms_az_rid", "xms_idrel", "xms_mirid",
            ])
        #expect(payload["aud"] == "https://management.azure.com/")
        #expect(payload["iss"] == .string("https://sts.windows.net/\(tenant)/"))
        #expect(payload["idp"] == payload["iss"])
        #expect(payload["iat"] == .integer(start.rawValue - 300))
        #expect(payload["nbf"] == payload["iat"])
        #expect(payload["exp"] == .integer(start.rawValue + 86_400))
        #expect(payload["appid"] == .string(userClient) && payload["appidacr"] == "2" && payload["idtyp"] == "app")
        #expect(payload["oid"] == "bbbbbbbb-0000-4000-8000-000000000002" && payload["sub"] == payload["oid"])
        #expect(payload["tid"] == .string(tenant) && payload["ver"] == "1.0")
        #expect(payload["xms_mirid"] == "/subscriptions/S/resourcegroups/RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/M")
        #expect(payload["xms_az_rid"] == "/subscriptions/S/resourcegroups/RG/providers/Microsoft.Compute/virtualMachines/VM1")
        #expect(payload["aio"]?.text.map { $0.utf8.count >= 40 } == true)
    }

    @Test("a system-assigned identity is the machine: its own ARM id, and no second one")
    func systemAssigned() throws {
        let (_, payload) = try parts(try issuer().issue(try world().request(systemClient, "https://management.azure.com/")))
        #expect(payload["xms_mirid"] == "/subscriptions/S/resourcegroups/RG/providers/Microsoft.Compute/virtualMachines/VM1")
        #expect(payload["xms_az_rid"] == nil)
        #expect(payload["oid"] == "aaaaaaaa-0000-4000-8000-000000000002")
    }

    @Test(
        "the resource decides the version: v2 tokens are for the application's GUID, with azp and without x5t",
        arguments: [
            ("api://v2", "dddddddd-0000-4000-8000-000000000001"), ("api://AzureADTokenExchange", "fb60f99c-7a34-4190-8149-302f77469936"),
            ("dddddddd-0000-4000-8000-000000000001", "dddddddd-0000-4000-8000-000000000001"),
        ])
    func v2(requested: String, audience: String) throws {
        let (header, payload) = try parts(try issuer().issue(try world().request(userClient, requested)))
        #expect(header == ["typ": "JWT", "alg": "RS256", "kid": .string(try sharedKey.get().keyID)])
        let exchange = requested == "api://AzureADTokenExchange"
        #expect(
            payload.names == ["aud", "iss", "iat", "nbf", "exp", "aio", "azp", "azpacr"] + (exchange ? ["idtyp"] : [])
                + ["oid", "rh", "sub", "tid", "uti", "ver", "xms_az_rid"] + (exchange ? ["xms_ficinfo"] : [])
                + ["xms_idrel", "xms_mirid"])
        #expect(payload["aud"] == .string(audience))
        #expect(payload["iss"] == .string("https://login.microsoftonline.com/\(tenant)/v2.0"))
        #expect(payload["azp"] == .string(userClient) && payload["azpacr"] == "2" && payload["ver"] == "2.0")
        #expect((payload["exp"]?.integer ?? 0) - (payload["nbf"]?.integer ?? 0) == 86_700)
    }

    @Test(
        "a v1 audience is what was asked for, letter by letter",
        arguments: [
            "https://management.azure.com/", "https://management.azure.com", "HTTPS://Management.Azure.Com",
            "797f4846-ba00-4fd7-ba43-dac1f8f63013", "api://797f4846-ba00-4fd7-ba43-dac1f8f63013", "https://acct.blob.core.windows.net",
            "https://acct.blob.core.windows.net/",
        ])
    func audience(requested: String) throws {
        let (_, payload) = try parts(try issuer().issue(try world().request(userClient, requested)))
        #expect(payload["aud"] == .string(requested))
    }

    @Test("uti is a little-endian GUID whose text ends in 00, and rh carries tenant and resource")
    func identifiers() throws {
        let issuer = try issuer()
        let request = try world().request(userClient, "https://management.azure.com/")
        var seen: Set<String> = []
        for _ in 0..<8 {
            let token = try issuer.issue(request)
            let payload = try parts(token).payload
            let identifier = try #require(payload["uti"]?.text)
            #expect(identifier.utf8.count == 22 && identifier == token.identifier)
            #expect(Base64.decode(identifier)?.count == 16 && Base64.decode(identifier)?.last == 0)
            seen.insert(identifier)
            let hint = try #require(payload["rh"]?.text)
            #expect(hint.hasPrefix("1.") && hint.hasSuffix("."))
            let bytes = try #require(Base64.decode(hint.dropFirst(2).dropLast()))
            #expect(bytes.count == 40)
            #expect(Array(bytes[3..<19]) == GUID(tenant)?.littleEndianBytes)
            #expect(Array(bytes[19..<35]) == GUID("797f4846-ba00-4fd7-ba43-dac1f8f63013")?.littleEndianBytes)
        }
        #expect(seen.count == 8)
    }

    @Test("roles are told sorted when there are any, and their absence is not")
    func roles() throws {
        func assignment(_ name: String, _ role: String) -> String {
            ours("RoleAssignment", name, "{principal: {kind: ManagedIdentity, name: m}, resource: v2, role: \(role)}")
        }
        let store = try world(assignment("a", "Write"), assignment("b", "Read"))
        #expect(try parts(try issuer().issue(store.request(userClient, "api://v2"))).payload["roles"] == ["Read", "Write"])
        #expect(try parts(try issuer().issue(store.request(systemClient, "api://v2"))).payload["roles"] == nil)
    }
}

@Suite struct RefusalTests {
    private func refusal(_ store: IdentityStore, _ client: String, _ resource: String) -> EntraError? {
        do {
            _ = try store.request(client, resource)
            return nil
        } catch {
            return error as? EntraError
        }
    }

    @Test(
        "a resource that is unknown, switched off, closed or beyond the identity's limits is refused",
        arguments: [
            (userClient, "api://nope", Optional(500_011)), (userClient, "api://off", 500_014), (userClient, "api://closed", 501_051),
            ("cccccccc-0000-4000-8000-000000000001", "https://management.azure.com/", 501_051),
            ("cccccccc-0000-4000-8000-000000000001", "https://vault.azure.net/", nil),
            ("cccccccc-0000-4000-8000-000000000001", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", nil),
            ("cccccccc-0000-4000-8000-000000000001", "api://nope", 500_011), (userClient, "https://management.azure.com/", nil),
        ])
    func codes(client: String, resource: String, code: Int?) throws {
        #expect(refusal(try world(), client, resource)?.code == code)
    }

    @Test("a role opens a resource that wants assignment")
    func assigned() throws {
        let store = try world(ours("RoleAssignment", "r", "{principal: {kind: ManagedIdentity, name: m}, resource: closed, role: Use}"))
        #expect(refusal(store, userClient, "api://closed") == nil)
        #expect(
            refusal(store, systemClient, "api://closed")?.message
                == "Application '\(systemClient)'(vm) is not assigned to a role for the application 'dddddddd-0000-4000-8000-000000000002'(closed)."
        )
    }

    @Test(
        "an error's body has Entra's members in order",
        arguments: [
            (EntraError.unknownResource(identifier: "api://x", tenant: "contoso"), "invalid_resource", 500_011),
            (.disabledResource(identifier: "api://x"), "invalid_resource", 500_014),
            (.notAssigned(clientID: "c", name: "n", resourceID: "r", resourceName: "x"), "invalid_grant", 501_051),
            (.unknownTenant("t", onDiscovery: true), "invalid_tenant", 90_002),
            (.unknownTenant("t", onDiscovery: false), "invalid_request", 90_002),
        ])
    func body(error: EntraError, name: String, code: Int) throws {
        let trace = GUID(derivedFrom: "trace")
        let body = error.body(traceID: trace, correlationID: "c-1", at: start, host: "westus2.login.microsoft.com")
        #expect(
            body == [
                "error": .string(name),
                "error_description": .string(
                    "AADSTS\(code): \(error.message) Trace ID: \(trace) Correlation ID: c-1 Timestamp: 2026-02-10 09:21:33Z"),
                "error_codes": [.integer(code)], "timestamp": "2026-02-10 09:21:33Z", "trace_id": .string(trace.description),
                "correlation_id": "c-1", "error_uri": .string("https://westus2.login.microsoft.com/error?code=\(code)"),
            ])
        #expect(error.status == 400)
    }

    @Test("500011 says what was looked for and where")
    func unknownResource() throws {
        let message = try #require(refusal(try world(), userClient, "api://nope")).message
        #expect(message.hasPrefix("The resource principal named api://nope was not found in the tenant named contoso. This can happen if "))
    }
}
