import FoundationEssentials
import Glibc
import Testing

/// A directory of one test, removed when the test is over.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/understudy-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func at(_ name: String) -> String { path + "/" + name }

    /// Writes a file in place, making the directories above it.
    func write(_ name: String, _ text: String) throws {
        try directory((at(name) as String).split(separator: "/").dropLast().joined(separator: "/"))
        try Data(text.utf8).write(to: URL(fileURLWithPath: at(name)))
    }

    private func directory(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: "/" + path, withIntermediateDirectories: true)
    }

    func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: at(name), withIntermediateDirectories: true)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: at(name)) }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: at(name), withDestinationPath: target)
    }

    /// Renames over whatever has the new name, as editors and kubelets do.
    func rename(_ name: String, to new: String) { unsafe #expect(Glibc.rename(at(name), at(new)) == 0) }

    /// A ConfigMap volume: visible links into `..data`, which is a link to a directory of this generation.
    func projectConfigMap(generation: Int, _ files: [String: String]) throws {
        for (name, text) in files { try write("..gen\(generation)/\(name)", text) }
        try link("..data_tmp", to: "..gen\(generation)")
        rename("..data_tmp", to: "..data")
        for name in files.keys where (try? FileManager.default.destinationOfSymbolicLink(atPath: at(name))) == nil {
            try link(name, to: "..data/\(name)")
        }
    }
}
