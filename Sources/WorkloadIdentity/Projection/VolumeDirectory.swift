#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Owns an open directory; every name is taken relative to it, so nothing outside is touched whatever a path becomes meanwhile.
///
/// Every failure becomes a `TokenTreeError` about its path.
struct VolumeDirectory: ~Copyable {
    /// What a name stands for.
    enum Entry: Equatable {
        case directory
        case link(to: String)
        case other
    }

    let path: String
    private let number: Int32

    /// Opens the directory, making it and its parents (0755) when it is missing.
    init(making path: String) throws(TokenTreeError) {
        try Self.make(path)
        let number = try Self.check(path, "cannot be opened", Self.open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        self.init(number: number, path: path)
    }

    private init(number: Int32, path: String) {
        self.number = number
        self.path = path
    }

    deinit { _ = close(number) }

    /// Takes the exclusive advisory lock for as long as this is open; false when somebody else has it.
    func lock() throws(TokenTreeError) -> Bool {
        guard flock(number, LOCK_EX | LOCK_NB) != 0 else { return true }
        guard errno == EWOULDBLOCK else { throw failure("cannot be locked") }
        return false
    }

    /// The names in it.
    func names() throws(TokenTreeError) -> [String] {
        // A second description, because reading through this one would move its position for good.
        let copy = try Self.check(path, "cannot be listed", Self.open(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        guard let stream = unsafe fdopendir(copy) else {
            let error = failure("cannot be listed")
            _ = close(copy)
            throw error
        }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            // SAFETY: the entry is valid until the next readdir, and its name ends with a NUL.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// What `name` stands for, links not followed; nil when there is nothing.
    func entry(_ name: String) throws(TokenTreeError) -> Entry? {
        var status = stat()
        // SAFETY: fstatat fills the one struct it is given.
        guard unsafe fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            guard errno == ENOENT else { throw failure(name, "cannot be examined") }
            return nil
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .directory
        case S_IFLNK: return .link(to: try target(of: name))
        default: return .other
        }
    }

    /// Opens a directory in it.
    func directory(_ name: String) throws(TokenTreeError) -> VolumeDirectory {
        let path = "\(self.path)/\(name)"
        let number = try Self.check(
            path, "cannot be opened", Self.open(self.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
        return VolumeDirectory(number: number, path: path)
    }

    /// Makes a directory in it and opens it.
    func make(_ name: String, _ ownership: VolumeOwnership) throws(TokenTreeError) -> VolumeDirectory {
        guard unsafe mkdirat(number, name, 0o700) == 0 else { throw failure(name, "cannot be made") }
        let made = try directory(name)
        try Self.own(made.number, made.path, user: nil, group: ownership.group, mode: ownership.directoryMode)
        return made
    }

    /// Makes a file in it with its whole content, on the disk when this returns.
    func write(_ name: String, _ bytes: [UInt8], _ ownership: VolumeOwnership) throws(TokenTreeError) {
        let path = "\(self.path)/\(name)"
        let file = try Self.check(
            path, "cannot be made", Self.open(number, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600))
        defer { _ = close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            // SAFETY: no more than the buffer's length is written from it, and it outlives the call.
            let count = unsafe rest.withUnsafeBytes { unsafe Self.write(file, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw TokenTreeError(path, "cannot be written", errno) }
            rest = rest.dropFirst(max(0, count))
        }
        try Self.own(file, path, user: ownership.user, group: ownership.group, mode: ownership.fileMode)
        guard fsync(file) == 0 else { throw TokenTreeError(path, "cannot be flushed to disk", errno) }
    }

    /// The content of a small file in it; nil when there is none.
    func read(_ name: String, limit: Int = 1 << 20) throws(TokenTreeError) -> [UInt8]? {
        let file = Self.open(number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            guard errno == ENOENT else { throw failure(name, "cannot be opened") }
            return nil
        }
        defer { _ = close(file) }
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while out.count <= limit {
            let count = unsafe Self.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(name, "cannot be read") }
            guard count > 0 else { return out }
            out += chunk.prefix(count)
        }
        throw TokenTreeError(path: "\(path)/\(name)", problem: "is larger than \(limit) bytes")
    }

    /// Makes a symbolic link in it.
    func link(_ name: String, to target: String) throws(TokenTreeError) {
        guard unsafe symlinkat(target, number, name) == 0 else { throw failure(name, "cannot be linked to \(target)") }
    }

    /// Renames in it, over whatever has the new name.
    func rename(_ name: String, to new: String) throws(TokenTreeError) {
        guard unsafe renameat(number, name, number, new) == 0 else { throw failure(new, "cannot be replaced") }
    }

    /// Removes a name, and what is below it when it is a directory; links are not followed, and what is gone already is gone.
    func remove(_ name: String) throws(TokenTreeError) {
        switch try entry(name) {
        case nil: return
        case .directory?:
            let inner = try directory(name)
            for child in try inner.names() { try inner.remove(child) }
            guard unsafe unlinkat(number, name, AT_REMOVEDIR) == 0 || errno == ENOENT else { throw failure(name, "cannot be removed") }
        case .link?, .other?:
            guard unsafe unlinkat(number, name, 0) == 0 || errno == ENOENT else { throw failure(name, "cannot be removed") }
        }
    }

    /// Waits until its names are on the disk.
    func synchronize() throws(TokenTreeError) {
        guard fsync(number) == 0 else { throw failure("cannot be flushed to disk") }
    }

    // MARK: System calls

    private func target(of name: String) throws(TokenTreeError) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        // SAFETY: readlinkat writes at most as many bytes as the buffer has.
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return 0 }
            return unsafe readlinkat(number, name, start, bytes.count)
        }
        guard count >= 0 else { throw failure(name, "cannot be read as a link") }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    private func failure(_ name: String, _ problem: String) -> TokenTreeError { TokenTreeError("\(path)/\(name)", problem, errno) }

    private func failure(_ problem: String) -> TokenTreeError { TokenTreeError(path, problem, errno) }

    /// Sets owner first: changing it may take mode bits away.
    private static func own(_ file: Int32, _ path: String, user: UInt32?, group: UInt32?, mode: UInt32) throws(TokenTreeError) {
        if user != nil || group != nil {
            guard fchown(file, user ?? uid_t.max, group ?? gid_t.max) == 0 else {
                let wanted = [user.map { "user \($0)" }, group.map { "group \($0)" }].compactMap { $0 }.joined(separator: " and ")
                throw TokenTreeError(path, "cannot be given to \(wanted), which the pod's security context asks for (root can)", errno)
            }
        }
        guard fchmod(file, mode) == 0 else { throw TokenTreeError(path, "cannot be given mode \(String(mode, radix: 8))", errno) }
    }

    private static func make(_ path: String) throws(TokenTreeError) {
        guard unsafe mkdir(path, 0o755) != 0 else { return }
        let code = errno
        if code == EEXIST { return }
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw TokenTreeError(path, "cannot be made", code)
        }
        try make(String(path[..<slash]))
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else { throw TokenTreeError(path, "cannot be made", errno) }
    }

    private static func check(_ path: String, _ problem: String, _ number: Int32) throws(TokenTreeError) -> Int32 {
        guard number >= 0 else { throw TokenTreeError(path, problem, errno) }
        return number
    }

    #if canImport(Glibc)
        private static func open(_ parent: Int32, _ name: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 {
            unsafe Glibc.openat(parent, name, flags, mode)
        }
        private static func write(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { unsafe Glibc.write(file, bytes, count) }
        private static func read(_ file: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
            unsafe Glibc.read(file, bytes, count)
        }
    #else
        private static func open(_ parent: Int32, _ name: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 {
            unsafe Musl.openat(parent, name, flags, mode)
        }
        private static func write(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { unsafe Musl.write(file, bytes, count) }
        private static func read(_ file: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
            unsafe Musl.read(file, bytes, count)
        }
    #endif
}

/// A token volume that cannot be written as it should be.
public struct TokenTreeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The directory or file.
    public let path: String
    /// What is the matter and, where there is one, what to do about it.
    public let problem: String

    init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    /// A failure with the system's own words for `code`.
    init(_ path: String, _ problem: String, _ code: Int32) {
        // SAFETY: the string lives as long as this thread makes no other such call.
        let words = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        self.init(path: path, problem: "\(problem): \(words)")
    }

    /// One line: path, problem.
    public var description: String { "\(path): \(problem)" }
}
