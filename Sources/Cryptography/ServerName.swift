/// A name a server certificate may carry: a DNS name, one leading wildcard label allowed, or an address.
enum ServerName: Hashable {
    /// Lower-case.
    case dns(String)
    /// Canonical text.
    case address(String)

    /// Reads a DNS name or an address (IPv6 without brackets).
    ///
    /// DNS: up to 253 of letters, digits, `-`, `_` (Compose service names have it) and `.`, in labels of 1 to 63; `*`
    /// only as the whole first label. Nothing in the set means anything to libcrypto's configuration syntax, so a name
    /// cannot smuggle in another.
    init(_ text: String) throws(CryptographyError) {
        if let bytes = NetworkAddress.bytes(text), let canonical = NetworkAddress.text(bytes) {
            self = .address(canonical)
            return
        }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let hosts = labels.first == "*" && labels.count > 1 ? labels.dropFirst() : labels[...]
        guard text.utf8.count <= 253, hosts.allSatisfy({ Self.isLabel($0.utf8) }),
            hosts.last?.utf8.allSatisfy({ (48...57).contains($0) }) == false
        else {
            // Scalars are escaped: the text may come from a manifest and end on a terminal.
            throw CryptographyError("naming a server", "\(text.debugDescription) is neither a DNS name nor an address")
        }
        self = .dns(text.lowercased())
    }

    /// The name in libcrypto's configuration syntax.
    var configuration: String {
        switch self {
        case .dns(let name): "DNS:\(name)"
        case .address(let address): "IP:\(address)"
        }
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else { return false }
        return label.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
