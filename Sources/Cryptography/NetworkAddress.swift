#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Addresses between their text and the network-order bytes a certificate carries.
enum NetworkAddress {
    /// The 4 or 16 bytes of an IPv4 or IPv6 address; nil for any other text (zones included).
    static func bytes(_ text: String) -> [UInt8]? {
        // A NUL would end the text early for inet_pton and let the rest pass unseen.
        guard !text.utf8.contains(0) else { return nil }
        var four = [UInt8](repeating: 0, count: 4)
        // SAFETY: inet_pton writes 4 bytes for AF_INET and 16 for AF_INET6.
        if unsafe inet_pton(AF_INET, text, &four) == 1 { return four }
        var sixteen = [UInt8](repeating: 0, count: 16)
        return unsafe inet_pton(AF_INET6, text, &sixteen) == 1 ? sixteen : nil
    }

    /// The canonical text of 4 or 16 bytes; nil for any other count.
    static func text(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var out = [CChar](repeating: 0, count: 64)
        // SAFETY: the longest text is 46 characters with its NUL; inet_ntop is told the room.
        guard unsafe inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &out, socklen_t(out.count)) != nil else { return nil }
        return String(decoding: out.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
