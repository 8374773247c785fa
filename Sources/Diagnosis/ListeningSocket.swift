import WireFormats

/// A TCP socket that listens, as a line of `/proc/net/tcp` or `/proc/net/tcp6` has it.
public struct ListeningSocket: Hashable, Sendable {
    /// The address, where it is one of IPv4; v4-mapped ones count.
    let ipv4: UInt32?
    /// Whether it listens on every address of its family.
    let isOnEveryAddress: Bool
    let isIPv6: Bool
    /// The port.
    let port: Int
    /// Whose it is, by number.
    let userID: Int
    /// By which a process's descriptors name it: `socket:[INODE]`.
    public let inode: UInt64

    /// Reads the text of `/proc/net/tcp` or `/proc/net/tcp6`; lines of another form are left out.
    public static func listening(in text: String) -> [Self] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            // sl, local address, remote address, state (0A: LISTEN), queues, timer, retransmissions, user, timeout, inode.
            guard fields.count > 9, fields[3] == "0A", let userID = Int(fields[7]), let inode = UInt64(fields[9]) else { return nil }
            return Self(local: fields[1], userID: userID, inode: inode)
        }
    }

    private init?(local: Substring, userID: Int, inode: UInt64) {
        let parts = local.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1], radix: 16), let words = Self.words(parts[0]) else { return nil }
        switch words.count {
        case 1: (ipv4, isIPv6) = (words[0], false)
        // ::ffff:a.b.c.d
        case 4 where words[0] == 0 && words[1] == 0 && words[2] == 0xFFFF: (ipv4, isIPv6) = (words[3], false)
        case 4: (ipv4, isIPv6) = (nil, true)
        default: return nil
        }
        isOnEveryAddress = words.allSatisfy { $0 == 0 }
        self.port = port
        self.userID = userID
        self.inode = inode
    }

    /// The kernel prints each 32 bits of an address, which lie in memory as on the wire, as a number of the machine.
    private static func words(_ text: Substring) -> [UInt32]? {
        guard text.count == 8 || text.count == 32 else { return nil }
        var words: [UInt32] = []
        var rest = text
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            words.append(UInt32(bigEndian: word))
            rest = rest.dropFirst(8)
        }
        return words
    }

    /// Whether it keeps a listener from binding.
    ///
    /// One on every address of IPv6 usually takes those of IPv4 too; two on different addresses do not mind each other.
    func keepsOff(_ wanted: WantedListener) -> Bool {
        guard port == wanted.port, wanted.port != 0 else { return false }
        if isOnEveryAddress || wanted.isOnEveryAddress { return true }
        if wanted.host == "::1" { return isIPv6 }
        return ipv4 != nil && ipv4 == wanted.ipv4
    }
}
