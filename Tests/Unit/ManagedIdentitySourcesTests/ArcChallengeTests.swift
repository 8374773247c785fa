import HTTPServing
import ManagedIdentitySources
import Surroundings
import Testing
import WireFormats

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct ArcChallengeTests {
    /// A directory of its own, removed with it.
    final class Folder: Sendable {
        let path = "/tmp/understudy-arc-\(String(Entropy.live.next(), radix: 36))"
        deinit {
            for name in names { _ = unsafe unlink("\(path)/\(name)") }
            _ = unsafe rmdir(path)
        }

        var names: [String] {
            guard let stream = unsafe opendir(path) else { return [] }
            defer { unsafe _ = closedir(stream) }
            var names: [String] = []
            while let entry = unsafe readdir(stream) {
                // SAFETY: the entry is valid until the next readdir, and its name ends with a NUL.
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                    unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
                }
                if name.hasSuffix(".key") { names.append(name) }
            }
            return names
        }

        func read(_ name: String) -> String {
            guard let file = unsafe fopen("\(path)/\(name)", "r") else { return "" }
            defer { unsafe _ = fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 5000)
            let count = unsafe fread(&bytes, 1, bytes.count, file)
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }

        func mode(_ name: String) -> mode_t {
            var status = stat()
            // SAFETY: stat fills the one struct it is given.
            return unsafe stat("\(path)/\(name)", &status) == 0 ? status.st_mode & 0o777 : 0
        }
    }

    private static let target = "/metadata/identity/oauth2/token?api-version=2020-06-01&resource=https://vault.azure.net"

    private func arc(_ folder: Folder, realm: String = ArcChallenges.usualDirectory) throws -> (Source, ArcChallenges) {
        let challenges = ArcChallenges(directory: folder.path, realm: realm, entropy: .live)
        try challenges.prepare()
        return (try Source(.arc, challenges: challenges), challenges)
    }

    private func ask(_ source: Source, _ key: String? = nil, _ more: String = "") async -> HTTPResponse {
        await source.send("GET", Self.target + more, [("Metadata", "true")] + (key.map { [("Authorization", "Basic \($0)")] } ?? []))
    }

    @Test("the first answer is a challenge that names a key file; who read it gets the token")
    func exchange() async throws {
        let folder = Folder()
        let (source, _) = try arc(folder)
        let challenge = await ask(source)
        #expect(challenge.status == .unauthorized)
        #expect(challenge.document["error"]?.text == "unauthorized_client" && challenge.document["error_codes"] == [401])
        let name = try #require(folder.names.first)
        #expect(challenge.header("Www-Authenticate") == "Basic realm=/var/opt/azcmagent/tokens/\(name)")
        #expect(folder.mode(name) == 0o640 && (1...4096).contains(folder.read(name).utf8.count))
        #expect(try source.lastDecision()?["outcome"]?.text == "answered")
        #expect(try source.lastDecision()?["uti"] == nil)

        let key = folder.read(name)
        let granted = await ask(source, key)
        #expect(granted.status == .ok)
        guard case .object(let members) = granted.document else {
            Issue.record("no object: \(granted.text)")
            return
        }
        #expect(
            members.map(\.name) == [
                "access_token", "client_id", "expires_in", "expires_on", "ext_expires_in", "not_before", "resource", "token_type",
            ])
        #expect(members.allSatisfy { $0.value.text != nil })
        #expect(try source.lastDecision()?.rendered().contains(key) == false)

        #expect(folder.names.isEmpty)
        #expect(await ask(source, key).status == .unauthorized)
    }

    @Test("an identity that was asked for is echoed by all three of its ids")
    func echo() async throws {
        let folder = Folder()
        let (source, _) = try arc(folder)
        let more = "&msi_res_id=\(readerResourceID)"
        _ = await ask(source, nil, more)
        let document = await ask(source, folder.read(folder.names.first ?? ""), more).document
        #expect(document["client_id"]?.text == readerClientID && document["object_id"]?.text == readerObjectID)
        #expect(document["msi_res_id"]?.text == readerResourceID)
    }

    @Test("a key that nobody was sent to read is none", arguments: ["", "Basic ", "Basic wrong", "Bearer x"])
    func strangers(_ authorization: String) async throws {
        let folder = Folder()
        let (source, _) = try arc(folder)
        _ = await ask(source)
        let response = await source.send("GET", Self.target, [("Metadata", "true"), ("Authorization", authorization)])
        #expect(response.status == .unauthorized && folder.names.count == 2)
    }

    @Test("keys that nobody comes back for are kept in a bounded number, and none outlives the server")
    func bounded() async throws {
        let folder = Folder()
        let (source, challenges) = try arc(folder)
        for _ in 0..<70 { _ = await ask(source) }
        #expect(folder.names.count == 64)
        challenges.cleanUp()
        #expect(folder.names.isEmpty)
    }

    @Test("an old key is none, and its file goes with the next challenge")
    func expiry() async throws {
        let folder = Folder()
        let (source, _) = try arc(folder)
        _ = await ask(source)
        let key = folder.read(folder.names.first ?? "")
        source.advance(601)
        #expect(await ask(source, key).status == .unauthorized)
        #expect(folder.names.count == 1 && folder.read(folder.names.first ?? "") != key)
    }

    @Test("callers are told the directory as they see it")
    func realm() async throws {
        let folder = Folder()
        let (source, _) = try arc(folder, realm: "/elsewhere")
        #expect(await ask(source).header("Www-Authenticate")?.hasPrefix("Basic realm=/elsewhere/") == true)
    }

    @Test("a directory that cannot be made is told with the way out, before anybody asks")
    func unwritable() {
        let challenges = ArcChallenges(directory: "/proc/understudy/tokens", realm: "/x", entropy: .live)
        #expect {
            try challenges.prepare()
        } throws: { error in
            "\(error)".hasPrefix("/proc/understudy cannot be made: ") && "\(error)".contains("--arc-directory")
        }
    }

    @Test("a challenge that cannot be written is our failure, not the caller's")
    func vanished() async throws {
        let folder = Folder()
        let (source, _) = try arc(folder)
        _ = unsafe rmdir(folder.path)
        #expect(await ask(source).status == .internalServerError)
        #expect(try source.lastDecision()?["outcome"]?.text == "failed")
    }
}
