import Decisions
import HTTPServing
import IdentityModel
import Surroundings
import Testing
import WireFormats

@testable import MetadataService

@Suite struct AttestedContentTests {
    private static let facts = AttestedFacts(
        vmID: "v", subscriptionID: "s", sku: "k", plan: .init(name: "n", product: "p", publisher: "u"), licenseType: "l")
    private static let plan = #""plan":{"name":"n","product":"p","publisher":"u"}"#
    private static let times = #""timeStamp":{"createdOn":"02/10/26 09:21:33 -0000","expiresOn":"02/10/26 15:21:33 -0000"}"#

    private func content(_ version: String, _ nonce: String? = "1") throws -> String {
        let nonce = try AttestedNonce.read(nonce)
        return String(decoding: AttestedContent.bytes(Self.facts, version: version, nonce: nonce, at: start), as: UTF8.self)
    }

    @Test(arguments: [
        (["2018-04-02", "2018-10-01", "2019-03-11"], #"{"nonce":"1",\#(plan),\#(times),"vmId":"v"}"#),
        (["2019-04-30", "2019-08-15"], #"{"nonce":"1",\#(plan),"subscriptionId":"s",\#(times),"vmId":"v"}"#),
        (["2019-11-01", "2020-07-15"], #"{"nonce":"1",\#(plan),"sku":"k","subscriptionId":"s",\#(times),"vmId":"v"}"#),
        (
            ["2020-09-01", "2021-05-01", "2025-04-07"],
            #"{"licenseType":"l","nonce":"1",\#(plan),"sku":"k","subscriptionId":"s",\#(times),"vmId":"v"}"#
        ),
    ])
    func `each version has the members it had, in their order, compact`(versions: [String], expected: String) throws {
        for version in versions { #expect(try content(version) == expected, "\(version)") }
    }

    @Test func `what the machine does not have is an empty string`() {
        let bytes = AttestedContent.bytes(AttestedFacts(), version: "2025-04-07", nonce: nil, at: start)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix(#"{"licenseType":"","nonce":""#))
        #expect(text.contains(#""plan":{"name":"","product":"","publisher":""},"sku":"","subscriptionId":"","timeStamp""#))
    }

    @Test(arguments: [nil, ""] as [String?])
    func `without a nonce there is one made of the instant of expiry`(nonce: String?) throws {
        #expect(try content("2025-04-07", nonce).contains(#""nonce":"20260210-152133""#))
    }

    @Test(arguments: ["1", "1234567890", "abc123", "q83vASNFZ4mrze8BI0VniavN7wEjRWc=", "a b", String(repeating: "x", count: 32)])
    func `a nonce of up to 32 printable characters is taken as it is`(nonce: String) throws {
        #expect(try content("2025-04-07", nonce).contains(#""nonce":"\#(nonce)""#))
    }

    @Test(arguments: [String(repeating: "x", count: 33), "ü", "a\nb", "\u{7F}"])
    func `rejects a nonce that no document can carry`(nonce: String) {
        #expect(throws: MetadataFailure.self) { try AttestedNonce.read(nonce) }
    }

    @Test(arguments: [
        (Cloud.public, "westeurope", ["metadata.azure.com", "westeurope.metadata.azure.com"]),
        (.public, "West Europe", ["metadata.azure.com", "westeurope.metadata.azure.com"]),
        (.public, "", ["metadata.azure.com"]), (.public, "–", ["metadata.azure.com"]),
        (.usGovernment, "usgovvirginia", ["metadata.azure.us", "usgovvirginia.metadata.azure.us"]),
        (.china, "chinaeast2", ["metadata.azure.cn", "chinaeast2.metadata.azure.cn"]),
        (.germany, "germanycentral", ["metadata.microsoftazure.de", "germanycentral.metadata.microsoftazure.de"]),
    ])
    func `a signer has its cloud's name and its region's below it`(cloud: Cloud, region: String, names: [String]) {
        #expect(AttestedSignerName(cloud: cloud, region: region).names == names)
    }
}

@Suite struct AttestedDocumentTests {
    private let path = "/metadata/attested/document"

    /// The content inside a signed document: the first and only JSON object in it.
    private func content(_ response: HTTPResponse) throws -> JSONValue {
        let document = try JSONValue(parsing: response.body)
        guard case .object(let members) = document else { throw Unexpected() }
        #expect(members.map(\.name) == ["encoding", "signature"])
        #expect(document["encoding"]?.text == "pkcs7")
        let message = try #require(Base64.decode(document["signature"]?.text ?? ""))
        let first = try #require(message.firstIndex(of: UInt8(ascii: "{")))
        let vmID = Array(#""vmId":""#.utf8)
        let last = try #require(message.indices.first { message[$0...].starts(with: vmID) })
        let end = try #require(message[(last + vmID.count)...].firstIndex(of: UInt8(ascii: "}")))
        return try JSONValue(parsing: Array(message[first...end]))
    }

    @Test func `says of the machine what its instance document says, and carries this request's nonce`() async throws {
        let service = try Service(
            ours("Node", "vm1", "{compute: {sku: k1, licenseType: Windows_Server, plan: {name: n1, product: p1, publisher: u1}}}"))
        let first = try content(await service.answer("\(path)?api-version=2025-04-07&nonce=abc123"))
        #expect(first["nonce"]?.text == "abc123")
        #expect(first["sku"]?.text == "k1")
        #expect(first["licenseType"]?.text == "Windows_Server")
        #expect(first["plan"] == ["name": "n1", "product": "p1", "publisher": "u1"])
        for (member, property) in [("vmId", "vmId"), ("subscriptionId", "subscriptionId")] {
            let told = await service.answer("/metadata/instance/compute/\(property)?api-version=2025-04-07&format=text").text
            #expect(first[member]?.text == told)
        }
        let second = try content(await service.answer("\(path)?nonce=other&format=json&api-version=2018-10-01"))
        #expect(second["nonce"]?.text == "other")
        #expect(second["subscriptionId"] == nil)
    }

    @Test(arguments: [
        ("?api-version=2018-02-01", 404), ("?api-version=2099-01-01", 400), ("", 400), ("?api-version=2025-04-07&format=text", 400),
        ("?api-version=2025-04-07&nonce=1&nonce=2", 400),
    ])
    func `rejects what is not asked as the service wants it`(query: String, status: Int) async throws {
        #expect(try await Service().answer(path + query).status.code == status)
    }

    @Test func `rejects a nonce that is too long, saying what is allowed`() async throws {
        let answer = try await Service().answer("\(path)?api-version=2025-04-07&nonce=\(String(repeating: "x", count: 33))")
        #expect(answer.status == .badRequest)
        #expect(
            answer.text
                == #"{ "error": "Bad request. Query parameter 'nonce' has 33 characters; 1 to 32 of printable ASCII are allowed" }"#)
    }

    @Test func `the journal says who signed, and with which nonce`() async throws {
        let service = try Service()
        _ = await service.answer("\(path)?api-version=2025-04-07&nonce=abc123")
        let decision = try #require(service.journal.decisions(.init()).first?.decision)
        #expect(decision.outcome == .answered)
        #expect(decision.reason() == "The attested document was signed by metadata.azure.com with the nonce abc123.")
    }

    private struct Unexpected: Error {}
}
