/// What a transfer has received so far; libcurl's callbacks feed it on the transfer's thread, and nobody else sees it until
/// the transfer is over.
final class ReceivedResponse {
    let cancellation: Cancellation
    private let maximumBytes: Int
    private(set) var headers: [(name: String, value: String)] = []
    /// What followed the code on the last status line.
    private(set) var reason = ""
    private(set) var body: [UInt8] = []
    private(set) var bodyTooLarge = false
    private(set) var headersTooLarge = false
    private var headerBytes = 0

    /// Over all header lines of all answers of one exchange, redirects and interim answers included.
    static let maximumHeaderBytes = 256 * 1024

    init(maximumBytes: Int, cancellation: Cancellation) {
        self.maximumBytes = maximumBytes
        self.cancellation = cancellation
    }

    /// Takes one header line, end of line included; false to stop the transfer.
    func takeHeaderLine(_ line: some Collection<UInt8>) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Self.maximumHeaderBytes else {
            headersTooLarge = true
            return false
        }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // A status line: what came before belonged to an interim answer or a redirect.
            headers = []
            let parts = text.split(separator: " ", maxSplits: 2)
            reason = parts.count == 3 ? Self.trimmed(parts[2]) : ""
        } else if let colon = text.firstIndex(of: ":") {
            headers.append((String(text[..<colon]), Self.trimmed(text[text.index(after: colon)...])))
        }
        return true
    }

    /// Takes the next part of the body; false to stop the transfer.
    func takeBody(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count <= maximumBytes - body.count else {
            bodyTooLarge = true
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
