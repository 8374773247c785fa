import WireFormats

/// Paths as Go's `net/url`, `path.Clean` and gorilla/mux 1.8.0 treat them: what the routers of NMI and of the sidecar begin with
/// (source: nmi.md §1.2, workload-identity.md §2.2).
public enum GoPath {
    /// Where the router sends a request whose path is not in its canonical form; nil when it is.
    ///
    /// The scheme and host of an absolute target, and the host of a CONNECT, are kept, and so is the query with its question mark.
    public static func redirect(for request: HTTPRequest) -> String? {
        let path = decoded(request)
        let clean = cleaned(path)
        guard !clean.utf8.elementsEqual(path.utf8) else { return nil }
        return prefix(of: request) + escaped(clean) + (request.rawQuery.map { "?\($0)" } ?? "")
    }

    /// The decoded path that the router matches; empty for a CONNECT, and for an absolute target without one.
    public static func decoded(_ request: HTTPRequest) -> String {
        let raw = request.target.prefix { $0 != "?" }
        let start = raw.utf8.dropFirst(prefixLength(of: request))
        let path = String(Substring(start))
        return Percent.decodePath(path) ?? path
    }

    /// The path as Go's client sends it on: as it came when nothing in it must be escaped, else escaped anew.
    public static func sent(_ request: HTTPRequest) -> String {
        let raw = String(Substring(request.target.prefix { $0 != "?" }.utf8.dropFirst(prefixLength(of: request))))
        return raw.utf8.allSatisfy(mayStand) ? raw : escaped(decoded(request))
    }

    /// Whether a byte may stand in an escaped path (`url.validEncoded`).
    private static func mayStand(_ byte: UInt8) -> Bool { isUnreserved(byte) || "!$&'()*+,;=:@[]%/".utf8.contains(byte) }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-_.~".utf8.contains(byte)
        }
    }

    /// `http://host` or `//host`, as Go's `url.URL` prints what stands before the path.
    private static func prefix(of request: HTTPRequest) -> String {
        let written = String(Substring(request.target.utf8.prefix(prefixLength(of: request))))
        return isAuthorityOnly(request) ? "//" + written : written
    }

    /// How many bytes of the target stand before the path.
    private static func prefixLength(of request: HTTPRequest) -> Int {
        let target = Array(request.target.utf8)
        if isAuthorityOnly(request) { return target.count }
        guard target.first != UInt8(ascii: "/"), let scheme = HTTPTarget.schemeLength(target[...]) else { return 0 }
        return target[scheme...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? target.count
    }

    /// Whether the target is CONNECT's `host:port`.
    private static func isAuthorityOnly(_ request: HTTPRequest) -> Bool { request.methodIs("CONNECT") && !request.target.hasPrefix("/") }

    /// The canonical form of a decoded path: no doubled slashes, no `.` or `..` segments; a slash at the end is kept.
    public static func cleaned(_ path: String) -> String {
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
    public static func escaped(_ path: String) -> String {
        var out: [UInt8] = []
        for byte in path.utf8 {
            if isUnreserved(byte) || "$&+,/:;=@".utf8.contains(byte) {
                out.append(byte)
            } else {
                out.append(contentsOf: "%\(Hexadecimal.encode([byte], uppercase: true))".utf8)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
