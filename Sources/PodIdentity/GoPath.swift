import WireFormats

/// Paths as Go's `net/url`, `path.Clean` and gorilla/mux 1.8.0 treat them, for NMI's router does nothing else (source: nmi.md §1.2).
enum GoPath {
    /// The canonical form of a decoded path: no doubled slashes, no `.` or `..` segments; a slash at the end is kept.
    static func cleaned(_ path: String) -> String {
        var segments: [Substring] = []
        for segment in path.split(separator: "/", omittingEmptySubsequences: true) {
            switch segment {
            case ".": continue
            case "..": _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        let joined = "/" + segments.joined(separator: "/")
        return path.utf8.last == UInt8(ascii: "/") && joined != "/" ? joined + "/" : joined
    }

    /// Encodes a decoded path as `url.URL.EscapedPath` does when it has no usable original spelling.
    static func escaped(_ path: String) -> String {
        var out: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                out.append(byte)
            case _ where Array("-_.~$&+,/:;=@".utf8).contains(byte): out.append(byte)
            default: out.append(contentsOf: "%\(Hexadecimal.encode([byte], uppercase: true))".utf8)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
