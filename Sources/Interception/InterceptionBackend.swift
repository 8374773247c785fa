/// What puts the rules into the kernel.
public enum InterceptionBackend: String, CaseIterable, Sendable {
    /// nftables: one table of our own.
    case nft
    /// iptables, of either kind: chains of our own in its tables.
    case iptables

    /// The program whose presence tells that this backend can be used.
    var tool: String {
        switch self {
        case .nft: "nft"
        case .iptables: "iptables-restore"
        }
    }
}
