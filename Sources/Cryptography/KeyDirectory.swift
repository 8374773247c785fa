internal import WireFormats

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The state directory, where keys outlive the process: 0700 and ours, its files 0600 and replaced whole.
///
/// Nothing is cached: each call looks at the disk, so several processes may share one directory.
public struct KeyDirectory: Sendable {
    private let path: String

    /// Keys and certificates are a few kilobytes; more is a mistake.
    private static let maximumBytes = 1 << 20
    private static let lockName = ".lock"
    private static let temporaryPrefix = ".new-"

    /// Opens the directory, making it and its parents (0700) when it is missing.
    ///
    /// Fails with what to do about it when it is not a directory, belongs to another user, or lets group or others in.
    public init(path: String) throws(KeyDirectoryError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw KeyDirectoryError(path: path.debugDescription, problem: "is not a path")
        }
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        try Self.make(self.path)
        guard let directory = try FileDescriptor.open(self.path, O_RDONLY | O_DIRECTORY) else {
            throw KeyDirectoryError(path: self.path, problem: "vanished while it was opened")
        }
        try Self.requirePrivate(directory, kind: "directory", remedy: "chmod 700")
    }

    /// The path of the file `name`, whether it exists or not; what an outside tool is told.
    public func path(of name: String) -> String { path + "/" + name }

    /// The names of the files kept here, sorted; ours for housekeeping (they begin with a dot) are left out.
    public func names() throws(KeyDirectoryError) -> [String] {
        guard let stream = unsafe opendir(path) else { throw FileDescriptor.failure(path, "cannot be listed", errno) }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            // SAFETY: the entry is valid until the next readdir, and its name ends with a NUL.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        guard errno == 0 else { throw FileDescriptor.failure(path, "cannot be listed", errno) }
        return names.sorted()
    }

    /// The content of the file `name`; nil when there is none.
    ///
    /// Fails when others could have read or changed it.
    public func read(_ name: String) throws(KeyDirectoryError) -> [UInt8]? {
        guard let file = try FileDescriptor.open(try checked(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else { return nil }
        try Self.requirePrivate(file, kind: "file", remedy: "chmod 600")
        return try file.readAll(limit: Self.maximumBytes)
    }

    /// Makes `bytes` the content of the file `name`: a reader, or a crash, finds the old content or the new, never a part.
    public func write(_ name: String, _ bytes: [UInt8]) throws(KeyDirectoryError) {
        let target = try checked(name)
        let temporary: String
        do {
            temporary = path(of: Self.temporaryPrefix + Hexadecimal.encode(try SecureRandom.bytes(8)))
        } catch {
            throw KeyDirectoryError(path: target, problem: "\(error)")
        }
        do throws(KeyDirectoryError) {
            try Self.create(temporary, bytes)
            guard unsafe rename(temporary, target) == 0 else { throw FileDescriptor.failure(target, "cannot be replaced", errno) }
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        // The rename itself survives a power cut only once the directory is on the disk.
        try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY)?.synchronize()
    }

    /// Removes the file `name`; one that is not there is none to remove.
    public func remove(_ name: String) throws(KeyDirectoryError) {
        let target = try checked(name)
        guard unsafe unlink(target) == 0 || errno == ENOENT else { throw FileDescriptor.failure(target, "cannot be removed", errno) }
    }

    /// Runs `body` while no other process or thread runs one on this directory.
    ///
    /// Waits for its turn; do not nest.
    public func withLock<Result>(_ body: () throws -> Result) throws -> Result {
        let file = try FileDescriptor.open(path(of: Self.lockName), O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        try file?.lock()
        let result = try body()
        _ = consume file
        return result
    }

    /// A name is one visible component: whatever it is made from, it cannot lead out of the directory.
    private func checked(_ name: String) throws(KeyDirectoryError) -> String {
        guard !name.isEmpty, !name.hasPrefix("."), name.utf8.count <= 200, !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0)
        else { throw KeyDirectoryError(path: path, problem: "\(name.debugDescription) is not the name of a file in it") }
        return path(of: name)
    }

    private static func create(_ path: String, _ bytes: [UInt8]) throws(KeyDirectoryError) {
        guard let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600) else { return }
        try file.writeAll(bytes)
        try file.synchronize()
    }

    private static func make(_ path: String) throws(KeyDirectoryError) {
        guard unsafe mkdir(path, 0o700) != 0 else { return }
        let code = errno
        if code == EEXIST { return }
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw FileDescriptor.failure(path, "cannot be made", code)
        }
        try make(String(path[..<slash]))
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileDescriptor.failure(path, "cannot be made", errno) }
    }

    private static func requirePrivate(_ file: borrowing FileDescriptor, kind: String, remedy: String) throws(KeyDirectoryError) {
        let status = try file.status()
        guard status.st_mode & S_IFMT == (kind == "directory" ? S_IFDIR : S_IFREG) else {
            throw KeyDirectoryError(path: file.path, problem: "is not a \(kind)")
        }
        guard status.st_uid == geteuid() else {
            throw KeyDirectoryError(
                path: file.path,
                problem: "belongs to user \(status.st_uid), not to us (\(geteuid())); keys are kept only in our own \(kind)")
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw KeyDirectoryError(
                path: file.path, problem: "is open to group or others (mode \(mode)) and may hold private keys; run: \(remedy) \(file.path)"
            )
        }
    }
}
