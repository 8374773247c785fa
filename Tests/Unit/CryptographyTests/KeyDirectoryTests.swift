import Cryptography
import Surroundings
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct KeyDirectoryTests {
    @Test func `makes the directory private, parents included`() throws {
        try withTemporaryDirectory { base in
            _ = try KeyDirectory(path: base + "/a/b/")
            #expect(try mode(of: base + "/a") == 0o700)
            #expect(try mode(of: base + "/a/b") == 0o700)
        }
    }

    @Test func `files are private, replaced whole, and nothing else is left`() throws {
        try withTemporaryDirectory { base in
            let directory = try KeyDirectory(path: base)
            #expect(try directory.read("key.pem") == nil)
            try directory.write("key.pem", [1])
            try directory.write("key.pem", [2, 3])
            try directory.write("empty", [])
            #expect(try directory.read("key.pem") == [2, 3])
            #expect(try directory.read("empty") == [])
            #expect(try mode(of: directory.path(of: "key.pem")) == 0o600)
            #expect(try directory.names() == ["empty", "key.pem"])
            #expect(try run("ls -A \(base)") == "empty\nkey.pem\n")
        }
    }

    @Test func `a file is removed, and no name leads out`() throws {
        try withTemporaryDirectory { base in
            let directory = try KeyDirectory(path: base)
            try directory.write("key.pem", [1])
            try directory.remove("key.pem")
            #expect(try directory.read("key.pem") == nil)
            // One that is not there is none to remove.
            try directory.remove("key.pem")
            #expect(throws: KeyDirectoryError.self) { try directory.remove("../key.pem") }
        }
    }

    @Test func `a write that fails leaves the old content and no temporary file`() throws {
        try withTemporaryDirectory { base in
            let directory = try KeyDirectory(path: base)
            // A directory in the way: the rename fails after the temporary file was written.
            try run("mkdir \(base)/key.pem")
            #expect(throws: KeyDirectoryError.self) { try directory.write("key.pem", [1]) }
            #expect(try run("ls -A \(base)") == "key.pem\n")
        }
    }

    @Test(arguments: [0o750, 0o701, 0o777])
    func `refuses a directory others may enter, and says the remedy`(permissions: Int) throws {
        try withTemporaryDirectory { base in
            #expect(unsafe chmod(base, mode_t(permissions)) == 0)
            let error = #expect(throws: KeyDirectoryError.self) { try KeyDirectory(path: base) }
            #expect(error?.description.hasSuffix("run: chmod 700 \(base)") == true)
            let unchanged = try mode(of: base)
            #expect(unchanged == mode_t(permissions))
        }
    }

    @Test func `refuses a file others may read, and says the remedy`() throws {
        try withTemporaryDirectory { base in
            let directory = try KeyDirectory(path: base)
            try directory.write("key.pem", [1])
            #expect(unsafe chmod(base + "/key.pem", 0o640) == 0)
            let error = #expect(throws: KeyDirectoryError.self) { try directory.read("key.pem") }
            #expect(error?.description.hasSuffix("run: chmod 600 \(base)/key.pem") == true)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a directory away"))
    func `refuses a directory of another user`() throws {
        try withTemporaryDirectory { base in
            #expect(unsafe chown(base, 65534, 65534) == 0)
            let error = #expect(throws: KeyDirectoryError.self) { try KeyDirectory(path: base) }
            #expect(error?.description.contains("belongs to user 65534") == true)
        }
    }

    @Test func `refuses what is not a directory`() throws {
        try withTemporaryDirectory { base in
            try save([1], to: base + "/file")
            for path in ["", base + "/file", base + "/file/sub", base + "\0"] {
                #expect(throws: KeyDirectoryError.self, "\(path)") { try KeyDirectory(path: path) }
            }
        }
    }

    @Test func `does not read through a link or wait on a pipe`() throws {
        try withTemporaryDirectory { base in
            let directory = try KeyDirectory(path: base)
            try directory.write("key.pem", [1])
            try run("ln -s key.pem \(base)/link; mkfifo -m 600 \(base)/pipe")
            #expect(throws: KeyDirectoryError.self) { try directory.read("link") }
            #expect(throws: KeyDirectoryError.self) { try directory.read("pipe") }
        }
    }

    @Test(arguments: ["", ".", "..", ".lock", "a/b", "../a", "a\0b", String(repeating: "a", count: 201)])
    func `rejects a name that is not one visible component`(name: String) throws {
        try withTemporaryDirectory { base in
            let directory = try KeyDirectory(path: base)
            #expect(throws: KeyDirectoryError.self) { try directory.read(name) }
            #expect(throws: KeyDirectoryError.self) { try directory.write(name, [1]) }
            #expect(try run("ls -A \(base)").isEmpty)
        }
    }

    @Test func `a secret is made once, kept on a line of its own, and found again`() throws {
        try withTemporaryDirectory { base in
            let directory = try KeyDirectory(path: base)
            let text = { (secret: SecretBytes) in secret.reveal { String(decoding: $0, as: UTF8.self) } }
            let made = text(try directory.secret("token", bytes: 16))
            #expect(made.utf8.count == 32 && made.allSatisfy(\.isHexDigit))
            #expect(try directory.read("token") == Array("\(made)\n".utf8))
            #expect(text(try directory.secret("token", bytes: 16)) == made)
            #expect(text(try KeyDirectory.madeSecret(bytes: 16)) != made)
        }
    }

    @Test func `an authority is made once and found again`() throws {
        try withTemporaryDirectory { base in
            let directory = try KeyDirectory(path: base)
            #expect(try CertificateAuthority.load(from: directory) == nil)
            let made = try CertificateAuthority.loadOrCreate(in: directory, commonName: "CA", now: testInstant, entropy: .live)
            let found = try CertificateAuthority.loadOrCreate(in: directory, commonName: "Other", now: testInstant, entropy: .live)
            #expect(found.certificate.der == made.certificate.der)
            #expect(try directory.names() == ["ca.crt", "ca.pem"])
            #expect(try directory.read("ca.crt") == Array(made.certificate.pem.utf8))
            let leaf = try found.issueServerLeaf(names: ["a.test"], now: testInstant, lifetimeSeconds: 60, entropy: .live).leaf
            #expect(leaf.isIssued(by: made.certificate))

            #expect(unsafe unlink(base + "/ca.crt") == 0)
            _ = try CertificateAuthority.loadOrCreate(in: directory, commonName: "CA", now: testInstant, entropy: .live)
            #expect(try directory.read("ca.crt") == Array(made.certificate.pem.utf8))
        }
    }

    @Test func `a damaged authority is an error that names the file, never a new authority`() throws {
        try withTemporaryDirectory { base in
            let directory = try KeyDirectory(path: base)
            try directory.write("ca.pem", Array("garbage".utf8))
            let error = #expect(throws: KeyDirectoryError.self) {
                try CertificateAuthority.loadOrCreate(in: directory, commonName: "CA", now: testInstant, entropy: .live)
            }
            #expect(error?.path == base + "/ca.pem")
            #expect(try directory.read("ca.pem") == Array("garbage".utf8))
        }
    }

    @Test func `a signing key is made once and found again`() throws {
        try withTemporaryDirectory { base in
            let directory = try KeyDirectory(path: base)
            #expect(try TokenSigningKey.load("sts.pem", from: directory) == nil)
            let made = try TokenSigningKey.loadOrGenerate("sts.pem", in: directory, commonName: "a", now: testInstant, entropy: .live)
            let found = try TokenSigningKey.loadOrGenerate("sts.pem", in: directory, commonName: "b", now: testInstant, entropy: .live)
            #expect(found.keyID == made.keyID)
            #expect(try mode(of: base + "/sts.pem") == 0o600)
        }
    }

    @Test func `starting at once on one directory makes one authority`() async throws {
        let base = try withTemporaryDirectory { $0 }
        defer { _ = try? run("rm -rf \(base)") }
        // Locks belong to open files, so threads contend exactly as processes do.
        let thumbprints = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let directory = try KeyDirectory(path: base)
                    return try CertificateAuthority.loadOrCreate(in: directory, commonName: "CA", now: testInstant, entropy: .live)
                        .certificate.sha256Thumbprint
                }
            }
            var all: Set<[UInt8]> = []
            for try await thumbprint in group { all.insert(thumbprint) }
            return all
        }
        #expect(thumbprints.count == 1)
    }
}
