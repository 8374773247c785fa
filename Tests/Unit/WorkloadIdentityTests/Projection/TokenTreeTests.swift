import FoundationEssentials
import Glibc
import Surroundings
import Testing

@testable import WorkloadIdentity

@Suite struct TokenTreeTests {
    private let folder: TemporaryDirectory
    private var volume: String { folder.path + "/volume" }

    init() throws { folder = try TemporaryDirectory() }

    private func tree(_ path: String = "token/azure-identity-token", _ ownership: VolumeOwnership = VolumeOwnership()) throws -> TokenTree {
        try TokenTree.open(volume, path: path, ownership: ownership)
    }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: volume).sorted() }

    private func target(_ name: String) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "\(volume)/\(name)")
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: "\(volume)/\(path)", encoding: .utf8) }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return unsafe stat("\(volume)/\(path)", &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    private static let entropy = Entropy { 4_294_967_295 + 77 }

    @Test("a token stands behind the kubelet's links, and nothing else does")
    func layout() throws {
        let tree = try tree()
        #expect(try tree.publish(Array("one".utf8), now: start, entropy: Self.entropy) == .init(isWritten: true, retired: nil))
        #expect(try names() == ["..2026_02_10_09_21_33.76", "..data", "token"])
        #expect(try target("..data") == "..2026_02_10_09_21_33.76")
        #expect(try target("token") == "..data/token")
        #expect(try text("token/azure-identity-token") == "one")
        #expect(mode("token/azure-identity-token") == 0o644)
        #expect(mode("token") == 0o755)
        #expect(mode("..data/") == 0o755)
    }

    @Test("without directories in its path the file itself is the visible link")
    func flat() throws {
        let tree = try tree("azure-identity-token")
        _ = try tree.publish(Array("one".utf8), now: start, entropy: Self.entropy)
        #expect(try target("azure-identity-token") == "..data/azure-identity-token")
        #expect(try text("azure-identity-token") == "one")
    }

    @Test("a new token is a new directory; the one before is there until it is forgotten, the present one always")
    func replaced() throws {
        let tree = try tree()
        _ = try tree.publish(Array("one".utf8), now: start, entropy: Self.entropy)
        let visible = try target("token")
        #expect(
            try tree.publish(Array("two".utf8), now: start + 60, entropy: Self.entropy)
                == .init(isWritten: true, retired: "..2026_02_10_09_21_33.76"))
        #expect(try text("token/azure-identity-token") == "two")
        #expect(try text("..2026_02_10_09_21_33.76/token/azure-identity-token") == "one")
        try tree.forget("..2026_02_10_09_22_33.76")
        try tree.forget("..2026_02_10_09_21_33.76")
        #expect(try names() == ["..2026_02_10_09_22_33.76", "..data", "token"])
        #expect(try target("token") == visible)
    }

    @Test("a token that already stands there is not written again")
    func unchanged() throws {
        let tree = try tree()
        _ = try tree.publish(Array("one".utf8), now: start, entropy: Self.entropy)
        #expect(try tree.publish(Array("one".utf8), now: start + 60, entropy: Self.entropy) == .init(isWritten: false, retired: nil))
        #expect(try names() == ["..2026_02_10_09_21_33.76", "..data", "token"])
        #expect(try tree.current() == Array("one".utf8))
    }

    /// What a writer that died after so many of its steps has left.
    enum Death: CaseIterable { case directoryMade, fileHalfWritten, linkMade, renamed }

    @Test(
        "whatever a killed writer left, readers have the old token or the new, and the next writer clears it away",
        arguments: Death.allCases)
    func leftovers(death: Death) throws {
        do {
            let tree = try tree()
            _ = try tree.publish(Array("old".utf8), now: start, entropy: Self.entropy)
        }
        let moment = "..2026_02_10_10_00_00.5"
        let files = FileManager.default
        try files.createDirectory(atPath: "\(volume)/\(moment)/token", withIntermediateDirectories: true)
        if death != .directoryMade {
            try Data((death == .fileHalfWritten ? "ne" : "new").utf8).write(
                to: URL(filePath: "\(volume)/\(moment)/token/azure-identity-token"))
        }
        if death == .linkMade || death == .renamed {
            try files.createSymbolicLink(atPath: "\(volume)/..data_tmp", withDestinationPath: moment)
        }
        if death == .renamed { unsafe #expect(rename("\(volume)/..data_tmp", "\(volume)/..data") == 0) }
        let wanted = death == .renamed ? "new" : "old"
        #expect(try text("token/azure-identity-token") == wanted)
        let tree = try tree()
        #expect(try tree.current() == Array(wanted.utf8))
        #expect(try names() == [death == .renamed ? moment : "..2026_02_10_09_21_33.76", "..data", "token"])
        #expect(try tree.publish(Array("next".utf8), now: start + 7200, entropy: Self.entropy).isWritten)
        #expect(try text("token/azure-identity-token") == "next")
    }

    @Test("names of others in the volume are left alone")
    func others() throws {
        for name in ["..important", "..2026_02_10_09_21_33.x", "..2026_02_10_09_21_33.", "notes"] {
            try FileManager.default.createDirectory(atPath: "\(volume)/\(name)", withIntermediateDirectories: true)
        }
        let before = try names()
        let tree = try tree()
        _ = try tree.publish(Array("one".utf8), now: start, entropy: Self.entropy)
        try tree.tearDown()
        #expect(try names() == before)
    }

    @Test("tearing down removes the tree and keeps the directory")
    func tornDown() throws {
        let tree = try tree()
        _ = try tree.publish(Array("one".utf8), now: start, entropy: Self.entropy)
        try tree.tearDown()
        #expect(try names() == [])
        #expect(try tree.current() == nil)
    }

    @Test("one volume has one writer")
    func locked() throws {
        let tree = try tree()
        let error = #expect(throws: TokenTreeError.self) { _ = try self.tree() }
        #expect(error?.problem.hasPrefix("is being written by another process") == true)
        _ = try tree.publish([1], now: start, entropy: Self.entropy)
    }

    @Test("a file in the way is not ours to replace", arguments: [false, true])
    func inTheWay(isDirectory: Bool) throws {
        try FileManager.default.createDirectory(atPath: volume + (isDirectory ? "/token" : ""), withIntermediateDirectories: true)
        if !isDirectory { try Data("mine".utf8).write(to: URL(filePath: volume + "/token")) }
        let error = #expect(throws: TokenTreeError.self) { _ = try tree() }
        #expect(error?.description.hasPrefix("\(volume)/token: is in the way and not ours") == true)
    }

    @Test("a path that leads out of the volume is refused", arguments: ["", "/a", "../a", "a/../b", "a//b", "a/", "..data/a", ".", "a\0b"])
    func paths(path: String) throws {
        #expect(throws: TokenTreeError.self) { _ = try tree(path) }
        #expect(!FileManager.default.fileExists(atPath: volume))
    }

    @Test(
        "modes follow the pod's security context, as the kubelet sets them",
        arguments: [
            (VolumeOwnership(), 0o644, 0o755), (VolumeOwnership(defaultMode: 0o440), 0o440, 0o755),
            (VolumeOwnership(user: 5), 0o600, 0o755), (VolumeOwnership(group: 5), 0o640, 0o2755),
            (VolumeOwnership(defaultMode: 0o777, user: 5, group: 6), 0o640, 0o2755),
        ] as [(VolumeOwnership, UInt32, UInt32)])
    func modes(ownership: VolumeOwnership, file: UInt32, directory: UInt32) {
        #expect(ownership.fileMode == file)
        #expect(ownership.directoryMode == directory)
    }

    @Test("files of our own user and group are given their modes")
    func ownModes() throws {
        let tree = try tree("token/azure-identity-token", VolumeOwnership(user: getuid(), group: getgid()))
        _ = try tree.publish(Array("one".utf8), now: start, entropy: Self.entropy)
        #expect(mode("token/azure-identity-token") == 0o640)
        #expect(mode("token") == 0o2755)
    }

    @Test("a directory that cannot be made is told with its path")
    func unmakeable() throws {
        try Data().write(to: URL(filePath: volume))
        let error = #expect(throws: TokenTreeError.self) { _ = try tree() }
        #expect(error?.path == volume)
        #expect(error?.problem == "cannot be opened: Not a directory")
    }
}
