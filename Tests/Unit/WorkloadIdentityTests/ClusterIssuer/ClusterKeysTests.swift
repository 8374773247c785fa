import Cryptography
import Surroundings
import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite struct ClusterKeysTests {
    @Test("a key's name is the SHA-256 of its SubjectPublicKeyInfo, and its members stand in Kubernetes' order")
    func jwk() throws {
        let key = try sharedKeys.get()[0]
        // RSA-2048 with exponent 65537: the frame around the modulus is always this one (RFC 8017 A.1.1).
        let head: [UInt8] = [
            0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x82,
            0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00,
        ]
        let der = head + key.publicKey.modulus + [0x02, 0x03, 0x01, 0x00, 0x01]
        #expect(try key.publicKey.subjectPublicKeyInfo() == der)
        #expect(key.keyID == Base64.encodeURL(try Digest.sha256(der)))
        let n = Base64.encodeURL(key.publicKey.modulus)
        #expect(key.jwk.rendered() == #"{"use":"sig","kty":"RSA","kid":"\#(key.keyID)","alg":"RS256","n":"\#(n)","e":"AQAB"}"#)
    }

    @Test("two keys are published, three for a day after a rotation, and the next one was known before it signs")
    func ring() throws {
        let keys = try sharedKeys.get()
        let before = ServiceAccountKeyRing(signing: keys[0], next: keys[1], retired: [])
        #expect(before.published(at: start).map(\.keyID) == [keys[0].keyID, keys[1].keyID])
        let after = before.rotated(fresh: keys[2], at: start)
        #expect(after.signing.keyID == keys[1].keyID)
        #expect(after.published(at: start + 86_399).map(\.keyID) == [keys[1].keyID, keys[2].keyID, keys[0].keyID])
        #expect(after.published(at: start + 86_400).map(\.keyID) == [keys[1].keyID, keys[2].keyID])
    }

    @Test("a rotation drops retired keys whose day is over")
    func ringForgets() throws {
        let keys = try sharedKeys.get()
        let once = ServiceAccountKeyRing(signing: keys[0], next: keys[1], retired: []).rotated(fresh: keys[2], at: start)
        let twice = once.rotated(fresh: keys[0], at: start + 86_400)
        #expect(twice.retired.map(\.key.keyID) == [keys[1].keyID])
    }

    @Test("keys outlive the process in a directory, and those who share it see a rotation at once")
    func shared() throws {
        let folder = try TemporaryDirectory()
        let directory = try KeyDirectory(path: folder.path)
        let server = ClusterKeys(directory: directory, clock: .frozen(at: start))
        let writer = ClusterKeys(directory: try KeyDirectory(path: folder.path), clock: .frozen(at: start))
        #expect(try writer.signing().keyID == server.signing().keyID)
        let before = try server.published().map(\.keyID)
        let rotated = try server.rotate().map(\.keyID)
        #expect(rotated.prefix(1) == before.suffix(1))
        #expect(rotated.last == before.first)
        #expect(try writer.signing().keyID == rotated.first)
        #expect(try writer.published().map(\.keyID) == rotated)
        // A private key stands in each file, and nothing else but the ledger.
        #expect(try directory.names() == (rotated.map { "cluster-key-\($0).pem" } + ["cluster-keys.json"]).sorted())
    }

    @Test("a rotation removes the files of keys that nobody may meet any more")
    func removesFiles() throws {
        let folder = try TemporaryDirectory()
        let directory = try KeyDirectory(path: folder.path)
        let clock = MovableClock()
        let keys = ClusterKeys(directory: directory, clock: clock.clock)
        let first = try keys.signing().keyID
        try keys.rotate()
        #expect(try directory.names().contains("cluster-key-\(first).pem"))
        clock.advance(86_400)
        try keys.rotate()
        #expect(try !directory.names().contains("cluster-key-\(first).pem"))
    }

    @Test("without a directory keys live in memory and rotate there")
    func memory() throws {
        let keys = ClusterKeys(directory: nil, clock: .frozen(at: start))
        let before = try keys.published().map(\.keyID)
        try keys.rotate()
        #expect(try keys.signing().keyID == before[1])
        #expect(try keys.published().count == 3)
    }

    @Test(
        "a damaged ledger is told with its place and the way out",
        arguments: [
            ("[]", "names no signing key and no next one"), (#"{"signing":"a","next":"b"}"#, "names a key whose file is gone"),
            (#"{"signing":"a","next":"b","retired":[{"kid":1}]}"#, "has an odd retired key"),
        ])
    func damaged(ledger: String, problem: String) throws {
        let folder = try TemporaryDirectory()
        let directory = try KeyDirectory(path: folder.path)
        try directory.write("cluster-keys.json", Array(ledger.utf8))
        let error = #expect(throws: ClusterKeyError.self) { try ClusterKeys(directory: directory, clock: .frozen(at: start)).signing() }
        #expect(
            error?.description == "\(folder.path)/cluster-keys.json: \(problem); restore it, or remove it to have new cluster keys made")
    }
}
