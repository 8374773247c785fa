/// Whose the files of a token volume are, and who may read them (source: workload-identity.md §7.3).
public struct VolumeOwnership: Hashable, Sendable {
    /// The volume's `defaultMode`; the API server's default is 0644.
    public var defaultMode: UInt32
    /// The user all containers run as.
    public var user: UInt32?
    /// The pod's `fsGroup`.
    public var group: UInt32?

    /// Files of the process's own user, readable by all: what a pod without a security context gets.
    public init(defaultMode: UInt32 = 0o644, user: UInt32? = nil, group: UInt32? = nil) {
        self.defaultMode = defaultMode
        self.user = user
        self.group = group
    }

    /// A file's mode: its owner's alone as soon as the pod says whose it is, and the group's to read when there is one.
    var fileMode: UInt32 {
        guard user != nil || group != nil else { return defaultMode }
        return group == nil ? 0o600 : 0o640
    }

    /// A directory's mode: what is made in it is its group's, when there is one.
    var directoryMode: UInt32 { group == nil ? 0o755 : 0o2755 }
}
