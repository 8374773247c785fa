import WireFormats

/// A path with names in braces, each of which matches one non-empty segment: `/{tenant}/v2.0/.well-known/openid-configuration`.
///
/// Bytes are compared, and nothing is allocated for a path that does not match: a table tries many.
struct PathTemplate: Sendable {
    private enum Segment: Sendable {
        case literal([UInt8])
        case parameter(String)
    }

    private let segments: [Segment]

    init(_ text: String) {
        segments = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { segment in
            guard segment.first == UInt8(ascii: "{"), segment.last == UInt8(ascii: "}") else { return .literal(Array(segment)) }
            return .parameter(String(Substring(segment.dropFirst().dropLast())))
        }
    }

    /// How many segments it has, the empty one before the first slash among them.
    var count: Int { segments.count }

    /// How many segments a path has, counted likewise.
    static func count(of path: String) -> Int {
        let bytes = path.utf8.span
        var count = 1
        for index in bytes.indices { count += bytes[index] == UInt8(ascii: "/") ? 1 : 0 }
        return count
    }

    /// What the names in braces match, decoded; nil when a path of as many segments does not match.
    func parameters(of path: String) -> EndpointParameters? {
        guard matches(path.utf8.span) else { return nil }
        let bytes = path.utf8
        var values: [(name: String, value: String)] = []
        var start = bytes.startIndex
        for segment in segments {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
            if case .parameter(let name) = segment {
                let text = path[start..<end]
                values.append((name, Percent.decodePath(text) ?? String(text)))
            }
            if end < bytes.endIndex { start = bytes.index(after: end) }
        }
        return EndpointParameters(values)
    }

    private func matches(_ path: Span<UInt8>) -> Bool {
        var start = 0
        for segment in segments {
            switch segment {
            case .literal(let text):
                guard start + text.count <= path.count else { return false }
                for offset in text.indices where path[start + offset] != text[offset] { return false }
                start += text.count
                guard start == path.count || path[start] == UInt8(ascii: "/") else { return false }
            case .parameter:
                guard start < path.count, path[start] != UInt8(ascii: "/") else { return false }
                while start < path.count, path[start] != UInt8(ascii: "/") { start += 1 }
            }
            start += 1
        }
        return true
    }
}
