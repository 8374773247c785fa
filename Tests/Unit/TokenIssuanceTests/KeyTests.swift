import Cryptography
import Surroundings
import Testing
import TokenIssuance

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

private func key(_ name: String) throws -> TokenSigningKey { try TokenSigningKey.generate(commonName: name, now: start, entropy: .live) }

private func roles(_ keys: SigningKeys, at now: UnixSeconds = start) -> [String: SigningKeys.Entry.Role] {
    Dictionary(uniqueKeysWithValues: keys.entries(at: now).map { ($0.key.keyID, $0.role) })
}

@Suite struct KeyTests {
    @Test("the next key is published before it signs, and the old one as long as its tokens live")
    func rotation() throws {
        let (first, second, third) = (try key("1"), try key("2"), try key("3"))
        let keys = SigningKeys(signing: first)
        #expect(!keys.rotate(publishing: third, at: start) && keys.signing.keyID == first.keyID)
        keys.publish(next: second)
        #expect(roles(keys) == [first.keyID: .signing, second.keyID: .next])
        #expect(keys.rotate(publishing: third, at: start))
        let until = start + SigningKeys.retentionSeconds
        #expect(roles(keys) == [second.keyID: .signing, third.keyID: .next, first.keyID: .retired(until: until)])
        #expect(keys.entries(at: start).map(\.key.keyID) == [second.keyID, third.keyID, first.keyID])
        #expect(keys.published(at: until - 1).count == 3 && keys.published(at: until).count == 2)
    }

    @Test("the retired key outlives every token it can have signed")
    func retention() { #expect(SigningKeys.retentionSeconds > 28 * 3600) }

    @Test("a key that signs is not published a second time as the next")
    func same() throws {
        let first = try key("1")
        let keys = SigningKeys(signing: first)
        keys.publish(next: first)
        #expect(keys.next == nil && keys.published(at: start).count == 1)
    }

    @Test("a token names the key that signed it, and so does one made after a rotation")
    func signed() throws {
        let (first, second, third) = (try key("1"), try key("2"), try key("3"))
        let keys = SigningKeys(signing: first)
        let issuer = TokenIssuer(keys: keys, clock: .frozen(at: start), entropy: .live)
        let request = try world().request(userClient, "https://vault.azure.net")
        #expect(try issuer.sign(request).keyID == first.keyID)
        keys.publish(next: second)
        #expect(keys.rotate(publishing: third, at: start))
        #expect(try issuer.sign(request).keyID == second.keyID)
    }
}

@Suite struct KeyFileTests {
    /// A directory of its own for the body, removed afterwards.
    private func inDirectory(_ body: (KeyDirectory) throws -> Void) throws {
        var template = Array("/tmp/understudy-keys-XXXXXX".utf8CString)
        // SAFETY: mkdtemp writes within the template, which ends with a NUL.
        guard unsafe mkdtemp(&template) != nil else { throw Absent() }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let directory = try KeyDirectory(path: path)
        defer {
            for name in (try? directory.names()) ?? [] { try? directory.remove(name) }
            _ = unsafe unlink("\(path)/.lock")
            _ = unsafe rmdir(path)
        }
        try body(directory)
    }

    private func files(_ directory: KeyDirectory, in reality: UnixSeconds = start) -> SigningKeyFiles {
        SigningKeyFiles(
            in: directory, commonName: "accounts.accesscontrol.windows.net", entropy: .live, systemClock: .frozen(at: reality))
    }

    @Test("a rotation is found again after a restart, and a retired key is told no more when its time has come")
    func restart() throws {
        try inDirectory { directory in
            let before = files(directory)
            let first = try before.signingKey(now: start)
            let second = try before.nextKey(now: start)
            let third = try key("3")
            let rotated = try #require(try before.rotate(publishing: third, until: start + 100, now: start))
            #expect(rotated.signing.keyID == second.keyID && rotated.next?.keyID == third.keyID)
            let after = files(directory)
            #expect(try after.signingKey(now: start).keyID == second.keyID)
            #expect(try after.nextKey(now: start).keyID == third.keyID)
            let retired = try after.retiredKeys(now: start + 99)
            #expect(retired.map(\.key.keyID) == [first.keyID] && retired.map(\.until) == [start + 100])
            #expect(try after.retiredKeys(now: start + 100).isEmpty)
            // The clock may have been ahead; once it is put back the key counts again.
            #expect(try after.retiredKeys(now: start).map(\.key.keyID) == [first.keyID])
        }
    }

    @Test(
        "a rotation removes a retired key whose time is over by the emulated clock and in reality",
        arguments: [(0, 99, 1), (100, 99, 1), (99, 100, 1), (100, 100, 0)])
    func removal(emulated: Int64, real: Int64, kept: Int) throws {
        try inDirectory { directory in
            let before = files(directory)
            let first = try before.signingKey(now: start)
            let second = try before.nextKey(now: start)
            _ = try before.rotate(publishing: key("3"), until: start + 100, now: start)
            let later = files(directory, in: start + real)
            _ = try later.rotate(publishing: key("4"), until: start + 300, now: start + emulated)
            let retired = try later.retiredKeys(now: start).map(\.key.keyID)
            #expect(retired.contains(second.keyID) && retired.filter { $0 == first.keyID }.count == kept)
            #expect(try directory.names().count == 3 + kept)
        }
    }

    @Test("a key whose leaving was cut short signs on, and is published once")
    func cutShort() throws {
        try inDirectory { directory in
            let files = files(directory)
            let first = try files.signingKey(now: start)
            try first.store("signing-key-retired-\((start + 100).rawValue)-00000000.pem", in: directory)
            let keys = SigningKeys(signing: try files.signingKey(now: start), retired: try files.retiredKeys(now: start))
            #expect(keys.entries(at: start).map(\.role) == [.signing])
            #expect(try files.ring(now: start)?.retired.isEmpty == true)
        }
    }

    @Test("what another process rotated is taken over, once, and no key that may have signed is lost on the way")
    func shared() throws {
        try inDirectory { directory in
            let (ours, theirs) = (files(directory), files(directory))
            let first = try ours.signingKey(now: start)
            let keys = SigningKeys(signing: first)
            let second = try ours.nextKey(now: start)
            keys.publish(next: second)
            #expect(try !keys.adopt(#require(try ours.ring(now: start))))
            let third = try key("3")
            _ = try theirs.rotate(publishing: third, until: start + 100, now: start)
            #expect(try keys.adopt(#require(try ours.ring(now: start))))
            #expect(roles(keys) == [second.keyID: .signing, third.keyID: .next, first.keyID: .retired(until: start + 100)])
            #expect(try !keys.adopt(#require(try ours.ring(now: start))))
        }
    }

    @Test("without a next key nothing is rotated, and the fresh one becomes it")
    func withoutNext() throws {
        try inDirectory { directory in
            let files = files(directory)
            let first = try files.signingKey(now: start)
            let (second, third) = (try key("2"), try key("3"))
            #expect(try files.rotate(publishing: second, until: start + 100, now: start) == nil)
            #expect(try files.ring(now: start)?.signing.keyID == first.keyID)
            #expect(try files.rotate(publishing: third, until: start + 100, now: start)?.signing.keyID == second.keyID)
        }
    }

    @Test("no ring is found where no key is kept")
    func empty() throws {
        try inDirectory { directory in
            let ring = try files(directory).ring(now: start)
            #expect(ring == nil)
        }
    }

    @Test("only a key's own name can be removed", arguments: ["", ".lock", "../x", "a/b"])
    func names(name: String) throws {
        try inDirectory { directory in #expect(throws: KeyDirectoryError.self) { try directory.remove(name) } }
    }
}
