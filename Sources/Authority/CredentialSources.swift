import IdentityModel
import Surroundings

/// Where the secrets and certificates that manifests name are found.
///
/// They are looked up for each request, so that what is mounted or rotated counts at once.
public struct CredentialSources: Sendable {
    private let environment: @Sendable (String) -> String?
    private let file: @Sendable (String, String?) -> [UInt8]?
    private let locate: @Sendable (String, String?) -> String

    /// Sources from their parts.
    ///
    /// - Parameters:
    ///   - environment: the value of a variable; nil when it is not set.
    ///   - file: the content of a file; nil when it cannot be read. The second argument is the manifest that names it, beside which a
    ///     relative path is looked for. Called off the event loop.
    ///   - locate: the path by which a file that a manifest names is opened.
    public init(
        environment: @escaping @Sendable (String) -> String?, file: @escaping @Sendable (_ path: String, _ manifest: String?) -> [UInt8]?,
        locate: @escaping @Sendable (_ path: String, _ manifest: String?) -> String = { path, _ in path }
    ) {
        self.environment = environment
        self.file = file
        self.locate = locate
    }

    /// The value of a secret; nil when it is not there.
    ///
    /// One line break at the end of a file is the editor's, not the secret's.
    func value(of source: Application.ClientSecret.Source, manifest: String?) -> SecretBytes? {
        switch source {
        case .inline(let value): value
        case .environment(let name): environment(name).map { SecretBytes(Array($0.utf8)) }
        case .file(let path):
            file(path, manifest).map { bytes in
                var bytes = bytes[...]
                if bytes.last == 0x0a { bytes.removeLast() }
                if bytes.last == 0x0d { bytes.removeLast() }
                return SecretBytes(Array(bytes))
            }
        }
    }

    /// The path by which a file that a manifest names is opened.
    func location(of path: String, manifest: String?) -> String { locate(path, manifest) }

    /// The content of a file that holds nothing secret.
    func content(of path: String, manifest: String?) -> [UInt8]? { file(path, manifest) }
}
