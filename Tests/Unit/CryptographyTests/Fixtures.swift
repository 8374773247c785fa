import Cryptography
import Surroundings

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// 2026-02-10T09:21:33Z: the instant the tests run at.
let testInstant = UnixSeconds(1_770_715_293)

/// Counts up: the same serial numbers in each run.
let countingEntropy = Entropy { 0x0102_0304_0506_0708 }

/// Lends `body` a fresh directory, removed afterwards whatever happens.
func withTemporaryDirectory<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
    var template = Array("/tmp/understudy-test-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw CommandFailure(command: "mkdtemp", status: errno, output: "") }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { _ = try? run("rm -rf \(path)") }
    return try body(path)
}

struct CommandFailure: Error {
    let command: String
    let status: Int32
    let output: String
}

/// What a shell command prints on either stream; throws when it does not exit with 0.
@discardableResult
func run(_ command: String) throws -> String {
    guard let pipe = unsafe popen("{ \(command) ; } 2>&1 < /dev/null", "r") else {
        throw CommandFailure(command: command, status: errno, output: "")
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = unsafe fread(&chunk, 1, chunk.count, pipe)
        if count == 0 { break }
        bytes += chunk.prefix(count)
    }
    let status = unsafe pclose(pipe)
    let output = String(decoding: bytes, as: UTF8.self)
    guard status == 0 else { throw CommandFailure(command: command, status: status, output: output) }
    return output
}

/// Writes a file for an outside command to read.
func save(_ bytes: [UInt8], to path: String) throws {
    guard let file = unsafe fopen(path, "w") else { throw CommandFailure(command: "fopen \(path)", status: errno, output: "") }
    defer { unsafe _ = fclose(file) }
    guard unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count else {
        throw CommandFailure(command: "fwrite \(path)", status: errno, output: "")
    }
}

/// What an outside command wrote into a file.
func bytes(of path: String) throws -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { throw CommandFailure(command: "fopen \(path)", status: errno, output: "") }
    defer { unsafe _ = fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
}

/// The permission bits of a file or directory, links not followed.
func mode(of path: String) throws -> mode_t {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { throw CommandFailure(command: "lstat \(path)", status: errno, output: "") }
    return status.st_mode & 0o7777
}
