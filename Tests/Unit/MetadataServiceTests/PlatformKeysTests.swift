import Cryptography
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Testing

@testable import MetadataService

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct PlatformKeysTests {
    private let root: CertificateAuthority
    private let west = AttestedSignerName(cloud: .public, region: "westeurope")
    private let east = AttestedSignerName(cloud: .china, region: "chinaeast2")

    init() throws { root = try sharedRoot.get() }

    private func withDirectory(_ body: (KeyDirectory) async throws -> Void) async throws {
        var template = Array("/tmp/understudy-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Unexpected() }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let directory = try KeyDirectory(path: path)
        defer {
            for name in (try? directory.names()) ?? [] { _ = unsafe unlink(directory.path(of: name)) }
            _ = unsafe unlink(directory.path(of: ".lock"))
            _ = unsafe rmdir(path)
        }
        try await body(directory)
    }

    private func keys(_ directory: KeyDirectory?, at instant: UnixSeconds = start) throws -> PlatformKeys {
        PlatformKeys(root: root, directory: directory, clock: .frozen(at: instant), entropy: .live)
    }

    @Test func `who asks before the keys are made waits for them, and all get the same`() async throws {
        let keys = try keys(nil)
        async let early = keys.issuing().certificate.der
        async let earlyToo = keys.signer(for: west).certificate.der
        try keys.make(for: IdentityStore().current)
        let late = try await keys.issuing().certificate.der
        #expect(try await early == late)
        #expect(try await earlyToo == keys.signer(for: west).certificate.der)
    }

    @Test func `keys that are damaged are told to all who wait, with the file`() async throws {
        try await withDirectory { directory in
            try directory.write("attested-issuing-ca.pem", Array("damaged".utf8))
            let keys = try keys(directory)
            let early = Task { try await keys.issuing().certificate.der }
            #expect(throws: KeyDirectoryError.self) { try keys.make(for: IdentityStore().current) }
            let error = await #expect(throws: KeyDirectoryError.self) { try await early.value }
            #expect(error?.path.hasSuffix("attested-issuing-ca.pem") == true)
        }
    }

    @Test func `a signer is certified anew with its old key for another cloud and region, and shortly before its end`() async throws {
        try await withDirectory { directory in
            let time = MovableClock()
            let keys = PlatformKeys(root: root, directory: directory, clock: time.clock, entropy: .live)
            try keys.make(for: IdentityStore().current)
            let first = try await keys.signer(for: west).certificate
            time.advance(150 * 86_400 - 1)
            #expect(try await keys.signer(for: west).certificate.der == first.der)
            time.advance(1)
            let renewed = try await keys.signer(for: west).certificate
            #expect(renewed.der != first.der)
            #expect(renewed.notAfter == time.clock.now + 180 * 86_400)
            let moved = try await keys.signer(for: east).certificate
            #expect(moved.dnsNames == ["metadata.azure.cn", "chinaeast2.metadata.azure.cn"])
            #expect(moved.subjectCommonName == "metadata.azure.cn")
            #expect(moved.rsaPublicKey?.modulus == first.rsaPublicKey?.modulus)
            #expect(try DocumentSigner.load("attested-signer.pem", from: directory)?.certificate.der == moved.der)
        }
    }

    @Test func `a second process has the keys that are kept, and a root of its own makes it certify them anew`() async throws {
        try await withDirectory { directory in
            let first = try keys(directory)
            try first.make(for: IdentityStore().current)
            let second = try keys(directory)
            try second.make(for: IdentityStore().current)
            #expect(try await second.issuing().certificate.der == first.issuing().certificate.der)
            #expect(try await second.signer(for: west).certificate.der == first.signer(for: west).certificate.der)
            #expect(
                try await PlatformKeys.issuing(in: directory, under: root, now: start, entropy: .live).certificate.der
                    == first.issuing().certificate.der)

            let other = try CertificateAuthority.create(commonName: "other", now: start, entropy: .live)
            let third = PlatformKeys(root: other, directory: directory, clock: .frozen(at: start), entropy: .live)
            try third.make(for: IdentityStore().current)
            let issuing = try await third.issuing().certificate
            #expect(issuing.isIssued(by: other.certificate))
            let signer = try await third.signer(for: west).certificate
            #expect(signer.isIssued(by: issuing))
            #expect(try await signer.rsaPublicKey?.modulus == first.signer(for: west).certificate.rsaPublicKey?.modulus)
        }
    }

    @Test(arguments: [
        ("GET", "www.microsoft.com", IssuerCertificate.path, true), ("GET", "www.microsoft.com:80", IssuerCertificate.path, true),
        ("GET", "169.254.169.254", IssuerCertificate.path, false), ("POST", "www.microsoft.com", IssuerCertificate.path, false),
        ("GET", "www.microsoft.com", "/pkiops/certs/other.crt", false), ("GET", "microsoft.com", IssuerCertificate.path, false),
    ])
    func `the authority's certificate is given to who asks the real host for it`(
        method: String, host: String, path: String, isGiven: Bool
    ) async throws {
        let keys = try sharedPlatform.get()
        let responder = IssuerCertificateResponder(keys: keys, before: Nobody())
        let request = HTTPRequest(
            method: method, target: path, headers: [("Host", host)], body: [], peer: PeerAddress(host: .ipv4(1), port: 1))
        let response: HTTPResponse
        switch responder.respond(to: request) {
        case .now(let answer): response = answer
        case .later(let work): response = await work()
        }
        #expect(response.status == (isGiven ? .ok : .teapot))
        if isGiven {
            #expect(try await response.body == keys.issuing().certificate.der)
            #expect(response.field("Content-Type") == "application/pkix-cert")
        }
    }

    private struct Nobody: HTTPResponder {
        func respond(to request: HTTPRequest) -> HTTPAnswer { .now(HTTPResponse(status: .teapot, headers: [], body: [])) }
    }

    private struct Unexpected: Error {}
}
