import Surroundings
import WireFormats

/// A token volume on the disk, written as the kubelet's atomic writer does (source: workload-identity.md §7.3).
///
/// The file stands in a directory named after the moment, `..data` is a link to that directory, and the visible name is a link through
/// `..data`. A new token is a new directory and one rename of the link: whoever reads, whenever the writer dies, finds the old token whole
/// or the new one whole. One tree has one writer, which the directory's lock ensures; not for two threads at once.
struct TokenTree: ~Copyable {
    private static let data = "..data"
    private static let nextData = "..data_tmp"

    private let root: VolumeDirectory
    private let components: [String]
    private let ownership: VolumeOwnership

    /// Opens the volume at `directory`, making it when it is missing, and clears away what a killed writer left.
    ///
    /// - Parameter path: the token's file inside, relative, possibly with directories.
    static func open(_ directory: String, path: String, ownership: VolumeOwnership) throws(TokenTreeError) -> TokenTree {
        let components = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let top = components.first, components.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }),
            !top.hasPrefix("..")
        else {
            throw TokenTreeError(
                path: directory, problem: "\(path.debugDescription) is no file in a volume; allowed: a relative path without . and .. in it"
            )
        }
        let root = try VolumeDirectory(making: directory)
        guard try root.lock() else {
            throw TokenTreeError(path: directory, problem: "is being written by another process; let one of the two use another directory")
        }
        switch try root.entry(top) {
        case nil, .link?: break
        case .directory?, .other?:
            throw TokenTreeError(
                path: "\(directory)/\(top)", problem: "is in the way and not ours; name an empty directory, or one that holds such a tree")
        }
        try root.remove(nextData)
        let tree = TokenTree(root: root, components: components, ownership: ownership)
        try tree.sweep()
        return tree
    }

    private init(root: consuming VolumeDirectory, components: [String], ownership: VolumeOwnership) {
        self.root = root
        self.components = components
        self.ownership = ownership
    }

    /// The token as a reader finds it; nil when there is none.
    func current() throws(TokenTreeError) -> [UInt8]? {
        guard let moment = try moment(), try root.entry(moment) == .directory else { return nil }
        return try Self.read(components[...], in: try root.directory(moment))
    }

    /// What a publication did.
    struct Publication: Equatable {
        /// Whether anything was written.
        let isWritten: Bool
        /// The directory that readers found before; to be removed once none can be on its way through it any more.
        let retired: String?
    }

    /// Makes `content` what readers find, by one rename; content that already stands is left alone, as the kubelet does.
    func publish(_ content: [UInt8], now: UnixSeconds, entropy: Entropy) throws(TokenTreeError) -> Publication {
        let isWritten = try current() != content
        let before = try moment()
        if isWritten {
            let moment = "..\(CivilTime(now).volumeTimestamp).\(UInt32(truncatingIfNeeded: entropy.next()))"
            do {
                try Self.write(content, components[...], in: try root.make(moment, ownership), ownership)
                try root.link(Self.nextData, to: moment)
                try root.rename(Self.nextData, to: Self.data)
                try root.synchronize()
            } catch {
                try? root.remove(Self.nextData)
                if try self.moment() != moment { try? root.remove(moment) }
                throw error
            }
        }
        try showTop()
        return Publication(isWritten: isWritten, retired: isWritten ? before : nil)
    }

    /// Removes a directory that was retired.
    func forget(_ retired: String) throws(TokenTreeError) {
        guard try moment() != retired else { return }
        try root.remove(retired)
    }

    /// Removes every directory of a moment but the one readers find.
    func sweep() throws(TokenTreeError) {
        let moment = try moment()
        for name in try root.names() where Self.isMoment(name) && name != moment { try root.remove(name) }
    }

    /// Removes the tree, readers' names first, as an unmount does; the directory itself stays.
    func tearDown() throws(TokenTreeError) {
        try root.remove(components[0])
        try root.remove(Self.data)
        try sweep()
    }

    /// The visible name: a link that never changes again.
    private func showTop() throws(TokenTreeError) {
        let target = "\(Self.data)/\(components[0])"
        switch try root.entry(components[0]) {
        case .link(to: target)?: return
        case nil: try root.link(components[0], to: target)
        default:
            try root.link(Self.nextData, to: target)
            try root.rename(Self.nextData, to: components[0])
        }
    }

    /// The directory readers find, by `..data`.
    private func moment() throws(TokenTreeError) -> String? {
        guard case .link(let target)? = try root.entry(Self.data), Self.isMoment(target) else { return nil }
        return target
    }

    /// Whether a name is one we give to directories: `..2026_02_10_09_21_33.123456`.
    private static func isMoment(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        let shape = Array("..dddd_dd_dd_dd_dd_dd.".utf8)
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        return bytes.count > shape.count && zip(bytes, shape).allSatisfy { $1 == UInt8(ascii: "d") ? isDigit($0) : $0 == $1 }
            && bytes[shape.count...].allSatisfy(isDigit)
    }

    private static func write(
        _ content: [UInt8], _ components: ArraySlice<String>, in directory: borrowing VolumeDirectory, _ ownership: VolumeOwnership
    ) throws(TokenTreeError) {
        guard let name = components.first else { return }
        if components.count == 1 {
            try directory.write(name, content, ownership)
        } else {
            try write(content, components.dropFirst(), in: try directory.make(name, ownership), ownership)
        }
        try directory.synchronize()
    }

    private static func read(_ components: ArraySlice<String>, in directory: borrowing VolumeDirectory) throws(TokenTreeError) -> [UInt8]? {
        guard let name = components.first else { return nil }
        guard components.count > 1 else { return try directory.read(name) }
        guard try directory.entry(name) == .directory else { return nil }
        return try read(components.dropFirst(), in: try directory.directory(name))
    }
}
