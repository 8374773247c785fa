#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Owns one open file; every failure becomes a `KeyDirectoryError` about its path.
struct FileDescriptor: ~Copyable {
    let number: Int32
    let path: String

    /// Opens `path`, never inherited by a child; nil when nothing is there and it is not to be created.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(KeyDirectoryError) -> FileDescriptor? {
        let number = retrying { Self.systemOpen(path, flags | O_CLOEXEC, mode) }
        guard number >= 0 else {
            let code = errno
            if code == ENOENT, flags & O_CREAT == 0 { return nil }
            throw failure(path, "cannot be opened", code)
        }
        return FileDescriptor(number: number, path: path)
    }

    private init(number: Int32, path: String) {
        self.number = number
        self.path = path
    }

    deinit { _ = close(number) }

    /// Its kind, owner, permissions and size.
    func status() throws(KeyDirectoryError) -> stat {
        var status = stat()
        // SAFETY: fstat fills the one struct it is given.
        guard unsafe fstat(number, &status) == 0 else { throw Self.failure(path, "cannot be examined", errno) }
        return status
    }

    /// All bytes, at most `limit`.
    func readAll(limit: Int) throws(KeyDirectoryError) -> [UInt8] {
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = Self.retrying { unsafe read(number, &chunk, chunk.count) }
            guard count >= 0 else { throw Self.failure(path, "cannot be read", errno) }
            guard count > 0 else { return out }
            out += chunk.prefix(count)
            guard out.count <= limit else { throw KeyDirectoryError(path: path, problem: "is larger than \(limit) bytes") }
        }
    }

    /// Writes all of `bytes`.
    func writeAll(_ bytes: [UInt8]) throws(KeyDirectoryError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                Self.retrying { unsafe write(number, buffer.baseAddress.map { unsafe $0 + sent }, buffer.count - sent) }
            }
            guard count > 0 else { throw Self.failure(path, "cannot be written", errno) }
            sent += count
        }
    }

    /// Waits until the content is on the disk.
    func synchronize() throws(KeyDirectoryError) {
        guard Self.retrying({ fsync(number) }) == 0 else { throw Self.failure(path, "cannot be flushed to disk", errno) }
    }

    /// Waits for the exclusive advisory lock; closing the descriptor gives it back.
    func lock() throws(KeyDirectoryError) {
        guard Self.retrying({ flock(number, LOCK_EX) }) == 0 else { throw Self.failure(path, "cannot be locked", errno) }
    }

    /// A failure with the system's own words for `code`.
    static func failure(_ path: String, _ problem: String, _ code: Int32) -> KeyDirectoryError {
        // SAFETY: glibc and musl give a string that lives as long as this thread makes no other such call.
        let words = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return KeyDirectoryError(path: path, problem: "\(problem): \(words)")
    }

    /// Repeats a call that a signal interrupted.
    private static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
        while true {
            let result = call()
            if result != -1 || errno != EINTR { return result }
        }
    }

    private static func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
        #if canImport(Glibc)
            unsafe Glibc.open(path, flags, mode)
        #else
            unsafe Musl.open(path, flags, mode)
        #endif
    }
}
