import HTTPServing
import WireFormats

/// Reads an answer as a suspicious client would, and finds what no answer may be whatever was asked.
enum WireCheck {
    static func read(_ bytes: [UInt8], of response: HTTPResponse, isHead: Bool, minorVersion: Int) throws(Finding) -> HTTPExchange.Written {
        guard let end = endOfHead(bytes) else { throw Finding("an answer without an end of its head: \(shown(bytes))") }
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        let body = Array(bytes[(end + 4)...])
        let lines = bytes[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }
        guard let first = lines.first, isStatusLine(first, code: response.status.code) else {
            throw Finding("a malformed status line: \(head)")
        }
        var lengths: [String] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex, line[..<colon].allSatisfy(isToken),
                line[colon...].dropFirst().allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 9 })
            else { throw Finding("a malformed header line: \(shown(Array(line)))") }
            if String(decoding: line[..<colon], as: UTF8.self).lowercased() == "content-length" {
                lengths.append(String(decoding: line[colon...].dropFirst(2), as: UTF8.self))
            }
        }
        if response.framing == .contentLength, response.status.allowsBody {
            guard lengths == [String(response.body.count)] else { throw Finding("Content-Length \(lengths), \(response.body.count) bytes") }
        }
        if isHead || !response.status.allowsBody {
            guard body.isEmpty else { throw Finding("a body where none may be: \(shown(body))") }
        } else if response.framing != .chunked || minorVersion == 0 {
            guard body == response.body else { throw Finding("the body on the wire is not the answer's") }
        }
        return HTTPExchange.Written(response: response, head: head, body: body)
    }

    /// Finds an error of our own, JSON that does not parse, and secrets where none may be.
    ///
    /// - Parameter input: what the client said; an error may say that back.
    static func judge(
        _ written: HTTPExchange.Written, input: [UInt8], mayHoldTokens: Bool, allowsServerErrors: Bool = false
    ) throws(Finding) {
        let code = written.response.status.code
        guard code < 500 || allowsServerErrors else { throw Finding("status \(code): \(shown(written.body))") }
        let isJSON = written.response.headers.contains { line in
            guard case .field(let name, let value) = line else { return false }
            return name.lowercased() == "content-type" && value.hasPrefix("application/json")
        }
        if isJSON, !written.response.body.isEmpty {
            do { _ = try JSONValue(parsing: written.response.body) } catch {
                throw Finding("\(error) in \(shown(written.response.body))")
            }
        }
        guard !mayHoldTokens else { return }
        for text in [written.response.body, Array(written.head.utf8)] {
            guard let secret = secret(in: text) else { continue }
            guard contains(input, Array(secret)) else { throw Finding("a secret in an answer with status \(code): \(shown(text))") }
        }
    }

    /// The beginning of a JWT or of a private key in PEM; base64 that happens to have `eyJ` in it is neither.
    private static func secret(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
        for start in bytes.indices where bytes[start] == UInt8(ascii: "e") || bytes[start] == UInt8(ascii: "P") {
            let rest = bytes[start...]
            if rest.starts(with: "PRIVATE KEY".utf8) { return rest.prefix(11) }
            guard rest.starts(with: "eyJ".utf8) else { continue }
            let head = rest.prefix(while: isBase64URL)
            if head.endIndex < bytes.endIndex, bytes[head.endIndex] == UInt8(ascii: ".") { return head }
        }
        return nil
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
    }

    private static func contains(_ bytes: [UInt8], _ mark: [UInt8]) -> Bool {
        guard bytes.count >= mark.count else { return false }
        return (0...(bytes.count - mark.count)).contains { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for start in 0...(bytes.count - 4) where bytes[start] == 13 && bytes[start...].starts(with: [13, 10, 13, 10]) { return start }
        return nil
    }

    private static func isStatusLine(_ line: ArraySlice<UInt8>, code: Int) -> Bool {
        line.starts(with: "HTTP/1.1 \(code) ".utf8) && line.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(400), as: UTF8.self).debugDescription }
}
