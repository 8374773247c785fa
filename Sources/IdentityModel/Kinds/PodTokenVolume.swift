/// What a pod's manifest decides about its projected service-account token: where it stands in the volume, for whom, and whose file it is.
///
/// A reference type, because few of a hundred thousand pods have one.
public final class PodTokenVolume: Sendable {
    /// A `serviceAccountToken` source of a projected volume.
    public struct Source: Hashable, Sendable {
        /// The file inside the volume, relative, possibly with directories.
        public let path: String
        /// Whom the token is for; never empty.
        public let audience: String
        /// The life that is requested, in seconds; nil for the API server's default.
        public let expirationSeconds: Int?
        /// The volume's `defaultMode`; nil for the API server's default.
        public let defaultMode: Int?
    }

    /// The first source that names an audience; nil when the webhook has not touched the manifest.
    ///
    /// The token every pod has for the API server itself names none.
    public let source: Source?
    /// `spec.securityContext.fsGroup`: the group that may read volumes.
    public let fsGroup: Int?
    /// The user that all containers run as; nil when one names none or two differ, as the kubelet counts it.
    public let runAsUser: Int?

    init(spec: inout FieldReader) {
        let security = spec.nested("securityContext") { reader in (reader.userID("fsGroup"), reader.userID("runAsUser")) }
        fsGroup = security?.0
        let podUser = security?.1
        var users: [Int?] = []
        for list in ["initContainers", "containers"] {
            users +=
                spec.nestedList(list) { container in
                    (container.nested("securityContext") { $0.userID("runAsUser") } ?? nil) ?? podUser
                } ?? []
        }
        runAsUser = users.first.flatMap { first in users.allSatisfy { $0 == first } ? first : nil }
        var found: [Source] = []
        _ = spec.nestedList("volumes") { volume in
            volume.nested("projected") { projected in
                let mode = projected.integer("defaultMode", in: 0...0o777)
                _ = projected.nestedList("sources") { entry in
                    entry.nested("serviceAccountToken") { token in
                        if let source = Self.readSource(&token, mode: mode) { found.append(source) }
                    }
                }
            }
        }
        source = found.first
    }

    private static func readSource(_ token: inout FieldReader, mode: Int?) -> Source? {
        guard let path = token.string("path"), let audience = token.string("audience"), !path.isEmpty, !audience.isEmpty else { return nil }
        return Source(path: path, audience: audience, expirationSeconds: token.integer("expirationSeconds"), defaultMode: mode)
    }
}

extension FieldReader {
    /// A numeric user or group.
    fileprivate mutating func userID(_ name: String) -> Int? { integer(name, in: 0...Int(Int32.max)) }
}
