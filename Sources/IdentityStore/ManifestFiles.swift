internal import Glibc

/// A manifest as it was read.
public struct ManifestFile: Sendable, Hashable {
    /// The path as given, or as found below a directory that was given; `standard input` for `-`.
    public let path: String
    /// The content.
    public let bytes: [UInt8]

    /// Pairs a path with its content.
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// Why a manifest path cannot be used.
public struct ManifestPathError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path, as given or as found.
    public let path: String
    /// What is wrong with it, in plain words.
    public let reason: String

    /// Path and reason, for people.
    public var description: String { "\(path): \(reason)" }

    init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The error for a system call that failed with `code`.
    init(path: String, code: Int32) {
        self.path = path
        reason =
            switch code {
            case ENOENT: "no such file or directory"
            case EACCES, EPERM: "permission denied"
            case ENOTDIR: "a part of the path is not a directory"
            case ELOOP: "too many symbolic links"
            case EMFILE, ENFILE: "too many open files"
            default: "the system refuses it (error \(code))"
            }
    }
}

/// The files that the command line's manifest arguments mean.
///
/// A file is itself. A directory means every `*.yaml`, `*.yml` and `*.json` below it, in the order of their paths. Names that start with a
/// dot are passed over, and links are followed: so of a ConfigMap volume, whose visible names are links into `..data`, each file is read
/// once. `-` means standard input.
public enum ManifestFiles {
    /// The name under which standard input is read.
    public static let standardInputPath = "standard input"
    /// Largest file in bytes; the reader's limit.
    static let maximumBytes = 256 * 1024 * 1024

    /// Reads what the arguments mean, in their order; a file that is meant twice is read once.
    ///
    /// - Parameters:
    ///   - arguments: paths, or `-`.
    ///   - standardInput: what an earlier call read for `-`. Standard input can be read once only, so a reload passes it in.
    /// - Throws: for the first path that does not exist or cannot be read.
    public static func read(
        _ arguments: [String], standardInput: ManifestFile? = nil
    ) throws(ManifestPathError) -> [ManifestFile] {
        var files: [ManifestFile] = []
        var seen: Set<FileStatus.Identity> = []
        var tookStandardInput = false
        for argument in arguments {
            if argument == "-" {
                guard !tookStandardInput else { continue }
                tookStandardInput = true
                if let standardInput {
                    files.append(standardInput)
                } else {
                    files.append(ManifestFile(path: standardInputPath, bytes: try readAll(descriptor: 0, path: standardInputPath)))
                }
                continue
            }
            let status = try FileStatus(of: argument)
            guard status.isDirectory else {
                if seen.insert(status.identity).inserted { files.append(ManifestFile(path: argument, bytes: try readFile(argument))) }
                continue
            }
            for found in try manifests(below: argument).sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) })
            where seen.insert(found.identity).inserted {
                // What was deleted since it was listed is not there to be read.
                guard let bytes = try readIfPresent(found.path) else { continue }
                files.append(ManifestFile(path: found.path, bytes: bytes))
            }
        }
        return files
    }

    /// Whether a name inside a directory is a manifest's.
    static func isManifest(_ name: String) -> Bool {
        !name.hasPrefix(".") && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
    }

    private static func manifests(below root: String) throws(ManifestPathError) -> [(path: String, identity: FileStatus.Identity)] {
        var found: [(path: String, identity: FileStatus.Identity)] = []
        // A link may lead back up: each directory is entered once.
        var entered: Set<FileStatus.Identity> = []
        var pending = [root]
        while let directory = pending.popLast() {
            guard let status = try? FileStatus(of: directory), entered.insert(status.identity).inserted else { continue }
            for name in try DirectoryListing.names(in: directory).sorted(by: >) where !name.hasPrefix(".") {
                let path = join(directory, name)
                let status: FileStatus
                do throws(ManifestPathError) {
                    status = try FileStatus(of: path)
                } catch {
                    // A dangling link with a manifest's name is a mistake to be told; anything else that is gone or closed is not ours.
                    if isManifest(name), FileStatus.isLink(path) { throw ManifestPathError(path: path, reason: "the link leads nowhere") }
                    continue
                }
                if status.isDirectory {
                    pending.append(path)
                } else if isManifest(name), status.isRegular {
                    found.append((path, status.identity))
                }
            }
        }
        return found
    }

    static func join(_ directory: String, _ name: String) -> String { directory.hasSuffix("/") ? directory + name : directory + "/" + name }

    private static func readIfPresent(_ path: String) throws(ManifestPathError) -> [UInt8]? {
        do throws(ManifestPathError) {
            return try readFile(path)
        } catch {
            guard error == ManifestPathError(path: path, code: ENOENT) else { throw error }
            return nil
        }
    }

    private static func readFile(_ path: String) throws(ManifestPathError) -> [UInt8] {
        let file = try OpenFile(path)
        return try readAll(descriptor: file.descriptor, path: path)
    }

    private static func readAll(descriptor: Int32, path: String) throws(ManifestPathError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                throw ManifestPathError(path: path, code: code)
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= maximumBytes else { throw ManifestPathError(path: path, reason: "the file is larger than 256 MiB") }
        }
    }
}

/// A file that is open for reading.
///
/// Owns its descriptor.
private struct OpenFile: ~Copyable {
    let descriptor: Int32

    init(_ path: String) throws(ManifestPathError) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ManifestPathError(path: path, code: errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}

/// What the system says about a path, links followed.
struct FileStatus {
    /// Tells files apart, whatever the path that leads to them.
    struct Identity: Hashable {
        var device: UInt
        var node: UInt
    }

    let identity: Identity
    let isDirectory: Bool
    let isRegular: Bool

    init(of path: String) throws(ManifestPathError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw ManifestPathError(path: path, code: errno) }
        identity = Identity(device: status.st_dev, node: status.st_ino)
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether the path itself is a symbolic link.
    static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}

/// Lists a directory.
///
/// Owns the open stream for as long as that takes.
@safe struct DirectoryListing: ~Copyable {
    private let stream: OpaquePointer

    /// The names in a directory, in no order, without `.` and `..`.
    static func names(in path: String) throws(ManifestPathError) -> [String] {
        var listing = try DirectoryListing(path)
        var names: [String] = []
        while let name = try listing.next(path) {
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private init(_ path: String) throws(ManifestPathError) {
        guard let stream = unsafe opendir(path) else { throw ManifestPathError(path: path, code: errno) }
        unsafe self.stream = unsafe stream
    }

    deinit { unsafe _ = closedir(stream) }

    private mutating func next(_ path: String) throws(ManifestPathError) -> String? {
        errno = 0
        guard let entry = unsafe readdir(stream) else {
            guard errno == 0 else { throw ManifestPathError(path: path, code: errno) }
            return nil
        }
        // SAFETY: the name ends with a zero byte and lives until the next call on this stream; it is copied here.
        return unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
            unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        }
    }
}
