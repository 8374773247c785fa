import Authority
import FoundationEssentials

extension CredentialSources {
    /// The process environment and the file system.
    static let live = CredentialSources(
        environment: { ProcessEnvironment.variables[$0] },
        file: { path, manifest in
            candidates(path, manifest).lazy.compactMap(read).first
        },
        locate: { path, manifest in
            candidates(path, manifest).first { FileManager.default.isReadableFile(atPath: $0) } ?? path
        })

    /// A secret, a certificate or a bundle of them is small.
    private static let maximumBytes = 1 << 20

    /// A relative path is looked for beside the manifest that names it, then in the working directory.
    private static func candidates(_ path: String, _ manifest: String?) -> [String] {
        guard !path.hasPrefix("/"), let slash = manifest?.lastIndex(of: "/"), let folder = manifest?[...slash] else { return [path] }
        return [folder + path, path]
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let handle = FileManager.default.contents(atPath: path), handle.count <= maximumBytes else { return nil }
        return Array(handle)
    }
}
