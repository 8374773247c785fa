import Cryptography
import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Testing
import WireFormats

@testable import MetadataService

@Suite struct TokenBindingTests {
    private static let metadataPath = "/metadata/identity/getplatformmetadata"
    private static let credentialPath = "/metadata/identity/issuecredential"
    private static let version = "?cred-api-version=2.0"

    private func service(
        _ more: String = "", tokenBinding: Bool = true, systemAssigned: String? = nil, reader: String = "{}"
    ) throws -> Service {
        let system = systemAssigned ?? "{clientID: \(SigningRequests.clientID), principalID: 3c4d5e6f-0003-4000-8000-00000000e003}"
        return try Service(
            ours("Tenant", "contoso", "{tenantID: \(SigningRequests.tenantID)}"), ours("ManagedIdentity", "reader", reader),
            ours(
                "Node", "vm1",
                "{tokenBinding: \(tokenBinding), systemAssigned: \(system), compute: {vmId: \(SigningRequests.vmID)}\(more)}"))
    }

    private func issue(_ service: Service, _ csr: String = SigningRequests.good, _ query: String = "") async throws -> JSONValue {
        let body = JSONValue.object([JSONMember("csr", .string(csr)), JSONMember("attestation_token", "")]).rendered()
        let answer = await service.answer(Self.credentialPath + Self.version + query, method: "POST", body: body)
        #expect(answer.status == .ok, "\(answer.text)")
        return try JSONValue(parsing: answer.body)
    }

    private func certificate(_ document: JSONValue) throws -> Certificate {
        try Certificate(der: try #require(Base64.decode(document["certificate"]?.text ?? "")))
    }

    @Test func `the platform's metadata are camelCase and name machine, identity and tenant`() async throws {
        let answer = try await service().answer(Self.metadataPath + Self.version)
        #expect(answer.status == .ok)
        #expect(
            answer.text == #"{"attestationEndpoint":"https://authority.test","clientId":"\#(SigningRequests.clientID)","#
                + #""cuId":{"vmId":"\#(SigningRequests.vmID)"},"tenantId":"\#(SigningRequests.tenantID)"}"#)
        #expect(answer.field("Server")?.contains("IMDS") == true)
    }

    @Test(arguments: ["vmss-flexible", "vmss-uniform", "aks"])
    func `a machine in a scale set names the set by a GUID, the same each time`(shape: String) async throws {
        func ask() async throws -> JSONValue? {
            try JSONValue(parsing: await service(", shape: \(shape)").answer(Self.metadataPath + Self.version).body)["cuId"]
        }
        let first = try await ask()
        #expect(GUID(first?["vmssId"]?.text ?? "") != nil)
        #expect(try await ask() == first)
    }

    @Test(arguments: [(true, 400), (false, 404)])
    func `a probe without the header is 400 where token binding is on, and 404 where it is off`(isOn: Bool, status: Int) async throws {
        for path in [Self.metadataPath, Self.credentialPath] {
            let answer = try await service(tokenBinding: isOn)
                .answer(path + Self.version, method: path == Self.metadataPath ? "GET" : "POST", headers: [])
            #expect(answer.status.code == status, "\(path)")
        }
        let withHeader = try await service(tokenBinding: isOn).answer(Self.metadataPath + Self.version)
        #expect(withHeader.status.code == (isOn ? 200 : 404))
        if !isOn { #expect(withHeader.text == #"{"error":"Not Found"}"#) }
    }

    @Test func `a certificate is for the request's key, the identity and the tenant, and lasts seven days`() async throws {
        let service = try service()
        let document = try await issue(service)
        guard case .object(let members) = document else { throw Unexpected() }
        #expect(members.map(\.name) == ["certificate", "client_id", "identity_type", "mtls_authentication_endpoint", "tenant_id"])
        #expect(document["client_id"]?.text == SigningRequests.clientID)
        #expect(document["identity_type"]?.text == "SAMI")
        #expect(document["mtls_authentication_endpoint"]?.text == "https://authority.test")
        #expect(document["tenant_id"]?.text == SigningRequests.tenantID)
        let certificate = try certificate(document)
        let request = try CertificateSigningRequest(der: try #require(Base64.decode(SigningRequests.good)))
        #expect(certificate.rsaPublicKey?.modulus == request.publicKey.modulus)
        #expect(certificate.subjectCommonName == SigningRequests.clientID)
        #expect(certificate.notAfter == start + 7 * 86_400)
        #expect(certificate.isIssued(by: try await sharedPlatform.get().issuing().certificate))
    }

    @Test func `the same key gets the same certificate until a day before its end, unless the cache is bypassed`() async throws {
        let service = try service()
        let first = try certificate(await issue(service))
        #expect(try await certificate(issue(service, SigningRequests.goodToo)).der == first.der)
        let second = try certificate(await issue(service, SigningRequests.good, "&bypass_cache=true"))
        let third = try certificate(await issue(service, SigningRequests.good, "&bypass_cache=true"))
        #expect(Set([first.der, second.der, third.der]).count == 3)
        #expect(try await certificate(issue(service)).der == third.der)
        service.time.advance(6 * 86_400 - 1)
        #expect(try await certificate(issue(service)).der == third.der)
        service.time.advance(1)
        #expect(try await certificate(issue(service)).der != third.der)
    }

    @Test func `a user-assigned identity is chosen as for tokens, and said to be one`() async throws {
        let more = ", userAssigned: [reader]"
        let identity = try service(more).store.current.userAssigned(limit: 1)[0]
        let answer = try await service(more).answer("\(Self.metadataPath)\(Self.version)&mi_res_id=\(identity.resourceID ?? "")")
        #expect(try JSONValue(parsing: answer.body)["clientId"]?.text == identity.clientID)
        let only = try service(more, systemAssigned: "false", reader: "{clientID: \(SigningRequests.clientID)}")
        #expect(try await issue(only)["identity_type"]?.text == "UAMI")
    }

    @Test(arguments: [
        (SigningRequests.otherClient, "subject is CN=99999999-9999-4999-8999-999999999999, DC="),
        (SigningRequests.moreSubject, "O=o"), (SigningRequests.noMachine, "1.3.6.1.4.1.311.90.2.10 is missing"),
        (SigningRequests.otherMachine, #"is {"vmId":"99999999-9999-4999-8999-999999999999"}; a UTF8String of {"vmId":"0f0e0d0c"#),
        (SigningRequests.machineInSet, "vmssId"), (SigningRequests.machineNotJSON, "is 0f0e0d0c"),
        (SigningRequests.machinePrintable, "of ASN.1 type 19"), (SigningRequests.notPSS, "signed with RSA-SHA256"),
        ("AAAA", "not one PKCS#10"), ("%", "not base64"), ("", "csr is empty"),
    ])
    func `rejects another request, saying what it found`(csr: String, found: String) async throws {
        let body = JSONValue.object([JSONMember("csr", .string(csr))]).rendered()
        try await rejects(body, found)
    }

    @Test(arguments: [
        ("", "The body is empty"), ("x", "not JSON"), ("[]", "no object"), ("{}", "csr is missing"), (#"{"csr":1}"#, "csr is not text"),
        (#"{"csr":"AAAA","attestation_token":{}}"#, "attestation_token is not text"),
    ])
    func `rejects another body, saying what it found`(body: String, found: String) async throws {
        try await rejects(body, found)
    }

    private func rejects(_ body: String, _ found: String) async throws {
        let service = try service()
        let answer = await service.answer(Self.credentialPath + Self.version, method: "POST", body: body)
        #expect(answer.status == .badRequest)
        let document = try JSONValue(parsing: answer.body)
        #expect(document["error"]?.text == "invalid_request")
        #expect(document["error_description"]?.text?.contains(found) == true, "\(answer.text)")
        #expect(service.journal.decisions(.init()).first?.decision.outcome == .rejected)
    }

    @Test(arguments: [
        ("GET", credentialPath + version, 405), ("POST", metadataPath + version, 405), ("GET", metadataPath, 400),
        ("GET", metadataPath + "?cred-api-version=1.0", 400), ("GET", metadataPath + version + "&client_id=\(vmID)", 400),
    ])
    func `rejects another method, version or identity`(method: String, target: String, status: Int) async throws {
        #expect(try await service().answer(target, method: method).status.code == status)
    }

    private static let vmID = SigningRequests.vmID

    private struct Unexpected: Error {}
}
