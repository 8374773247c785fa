import Decisions
import HTTPServing
import IdentityModel
import MetadataService
import Surroundings
import Testing
import TokenIssuance
import WireFormats

/// From the third time on, the same words are not taken apart any more: all else must be as the first time.
@Suite struct KnownAskTests {
    private static let identity = ours("ManagedIdentity", "m", "{clientID: \(TokenTests.client), audiences: ['https://vault.azure.net']}")
    private static let target = tokenTarget + "&client_id=\(TokenTests.client)"

    private func members(_ value: JSONValue) -> [JSONMember] {
        guard case .object(let members) = value else { return [] }
        return members
    }

    /// A service that has been asked for `target` thrice.
    private func service() async throws -> Service {
        let service = try Service(Self.identity, ours("Node", "n", "{userAssigned: [m]}"))
        for _ in 0..<3 { #expect(await service.answer(Self.target).status == .ok) }
        return service
    }

    @Test("answers alike, with the seconds that are left, and records each decision alike")
    func alike() async throws {
        let service = try await service()
        let before = try await JSONValue(parsing: service.answer(Self.target).body)
        service.time.advance(60)
        let after = try await JSONValue(parsing: service.answer(Self.target).body)
        #expect(members(before).map(\.name) == members(after).map(\.name) && before["access_token"] == after["access_token"])
        let left = [before, after].map { $0["expires_in"]?.text.flatMap(Int.init) ?? 0 }
        #expect(left[0] - left[1] == 60)
        let decisions = service.journal.decisions(.init())
        let documents = decisions.map { decision in
            members(decision.document).filter { $0.name != "id" && $0.name != "time" }
        }
        #expect(decisions.count == 5 && documents.allSatisfy { $0 == documents[0] })
        #expect(service.issuer.counts.signed == 1 && service.issuer.counts.reused == 4)
    }

    @Test("still wants the header, the method, and nobody in between")
    func guards() async throws {
        let service = try await service()
        #expect(await service.answer(Self.target, headers: []).status == .badRequest)
        #expect(await service.answer(Self.target, headers: [("Metadata", "false")]).status == .badRequest)
        #expect(await service.answer(Self.target, headers: [("Metadata", "true"), ("X-Forwarded-For", "h")]).status == .badRequest)
        #expect(await service.answer(Self.target, method: "POST").status == .methodNotAllowed)
        #expect(await service.answer(Self.target, method: "HEAD").status != .ok)
        #expect(await service.answer(Self.target, headers: [("metadata", "True")]).status == .ok)
    }

    @Test("sees a world that has changed at once")
    func changed() async throws {
        let service = try await service()
        try service.load(Self.identity + "\n---\n" + ours("Node", "n", "{systemAssigned: true}"))
        #expect(await service.answer(Self.target).status == .badRequest)
        try service.load(Self.identity + "\n---\n" + ours("Node", "n", "{userAssigned: [m]}"))
        #expect(await service.answer(Self.target).status == .ok)
    }

    @Test("gives a new token when the old one is forgotten or about to expire, once each")
    func renewed() async throws {
        let service = try await service()
        let first = try await JSONValue(parsing: service.answer(Self.target).body)["access_token"]
        service.issuer.forgetTokens()
        let second = try await JSONValue(parsing: service.answer(Self.target).body)["access_token"]
        #expect(first != second)
        // Another spelling of the request renews it behind the back of this one.
        service.issuer.forgetTokens()
        let third = try await JSONValue(parsing: service.answer(Self.target + "&x=1").body)["access_token"]
        #expect(try await JSONValue(parsing: service.answer(Self.target).body)["access_token"] == third && third != second)
        service.time.advance(86_400)
        let fourth = try await JSONValue(parsing: service.answer(Self.target).body)["access_token"]
        #expect(fourth != third)
        #expect(try await JSONValue(parsing: service.answer(Self.target).body)["access_token"] == fourth)
        #expect(service.issuer.counts.signed == 4)
    }

    @Test("does not mistake a request that bypasses the cache for one that does not")
    func bypassing() async throws {
        let service = try await service()
        let target = Self.target + "&bypass_cache=true"
        var tokens: Set<String> = []
        for _ in 0..<4 { tokens.insert(try await JSONValue(parsing: service.answer(target).body)["access_token"]?.text ?? "") }
        #expect(tokens.count == 4)
    }

    @Test("bounds what it remembers")
    func bounded() async throws {
        let service = try await service()
        for index in 0..<200 { #expect(await service.answer(Self.target + "&x=\(index)").status == .ok) }
        #expect(await service.answer(Self.target + "&x=" + String(repeating: "y", count: 4000)).status == .ok)
        #expect(service.issuer.counts.signed == 1)
    }
}
