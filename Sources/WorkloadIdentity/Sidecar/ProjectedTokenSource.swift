/// How a sidecar reads its projected token's file.
public enum ProjectedTokenSource: Sendable {
    /// From this host's file system.
    case file
    /// From whoever keeps the tokens in this process; nil for a path at which there is none.
    case memory(@Sendable (_ path: String) -> [UInt8]?)
}
