import Cryptography
import HTTPFetching
import Surroundings
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Against `openssl s_server`, a TLS peer that is not ours.
@Suite struct TLSFetchTests {
    private let fetcher = HTTPFetcher()

    @Test func `trusts the authority it is given, for the names of the leaf`() async throws {
        try await withTLSServer(names: ["localhost"]) { port, directory in
            let ca = directory.path(of: "ca.crt")
            let trusted = try await fetcher.fetch(FetchRequest(url: "https://localhost:\(port)/", trustedCAFile: ca))
            #expect(trusted.status == 200)

            let refused = [
                FetchRequest(url: "https://localhost:\(port)/"), FetchRequest(url: "https://127.0.0.1:\(port)/", trustedCAFile: ca),
                FetchRequest(url: "https://localhost:\(port)/", trustedCAFile: "/nonexistent"),
            ]
            for request in refused {
                let error = await #expect(throws: FetchError.self) { try await fetcher.fetch(request) }
                guard case .tls? = error else { return #expect(Bool(false), "\(String(describing: error))") }
            }
        }
    }

    @Test func `plain text in place of TLS is a TLS error`() async throws {
        try await ScriptedServer.serving { _ in
            Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
        } _: { server in
            let error = await #expect(throws: FetchError.self) {
                try await fetcher.fetch(FetchRequest(url: "https://127.0.0.1:\(server.port)/", timeoutSeconds: 2))
            }
            guard case .tls? = error else { return #expect(Bool(false), "\(String(describing: error))") }
        }
    }

    private func withTLSServer(names: [String], _ body: (_ port: String, KeyDirectory) async throws -> Void) async throws {
        var template = Array("/tmp/understudy-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SocketFailure(call: "mkdtemp", code: errno) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { if let cleaner = unsafe popen("rm -rf \(path)", "r") { _ = unsafe pclose(cleaner) } }
        let directory = try KeyDirectory(path: path)
        let now = WallClock.live.now
        let authority = try CertificateAuthority.loadOrCreate(in: directory, commonName: "Test CA", now: now, entropy: .live)
        let identity = try authority.issueServerLeaf(names: names, now: now, lifetimeSeconds: 3600, entropy: .live)
        try directory.write("chain.pem", Array(identity.certificateChainPEM.utf8))
        try identity.privateKeyPEM.reveal { try directory.write("key.pem", $0) }

        let command =
            "exec openssl s_server -accept 127.0.0.1:0 -www -cert \(path)/chain.pem -cert_chain \(path)/chain.pem -key \(path)/key.pem 2>&1"
        guard let output = unsafe popen("echo $$; \(command)", "r") else { throw SocketFailure(call: "popen", code: errno) }
        let process = try #require(pid_t(try unsafe Self.line(output)))
        defer {
            // The child inherits the signal mask of a pool thread, which blocks SIGTERM.
            _ = kill(process, SIGKILL)
            _ = unsafe pclose(output)
        }
        var port = ""
        while port.isEmpty {
            // "ACCEPT 127.0.0.1:34567 PID=…"
            let line = try unsafe Self.line(output)
            if line.hasPrefix("ACCEPT ") { port = line.split(separator: " ")[1].split(separator: ":").last.map(String.init) ?? "" }
        }
        try await body(port, directory)
    }

    private static func line(_ stream: UnsafeMutablePointer<FILE>) throws -> String {
        var buffer = [CChar](repeating: 0, count: 512)
        guard unsafe fgets(&buffer, Int32(buffer.count), stream) != nil else { throw SocketFailure(call: "fgets", code: errno) }
        return String(decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
