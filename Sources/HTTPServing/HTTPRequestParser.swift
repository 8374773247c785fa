/// Reads requests from the bytes of one connection: bytes in, requests out, no sockets, no time.
///
/// Bounded (a head and a body have limits), linear (every byte is looked at once, however slowly they drip), total (no input traps), and
/// indifferent to how the bytes are cut: byte by byte gives the same as all at once. After a failure nothing more is read, because where
/// the next request begins is unknown.
///
/// It is our own because the emulated servers are Go's: any method token, folded headers, bare LF and raw targets must get through.
public struct HTTPRequestParser: Sendable {
    /// What is accepted.
    public struct Rules: Sendable {
        /// Bytes of request line and headers.
        public var headBytes: Int
        /// Bytes of a decoded body.
        public var bodyBytes: Int
        /// See ``ProtocolErrorStyle/readsLikeGo``.
        public var readsLikeGo: Bool

        /// Rules from their parts.
        public init(headBytes: Int = 16 * 1024, bodyBytes: Int = 1024 * 1024, readsLikeGo: Bool = false) {
            self.headBytes = headBytes
            self.bodyBytes = bodyBytes
            self.readsLikeGo = readsLikeGo
        }
    }

    /// What came out.
    public enum Event: Sendable {
        /// More bytes are needed.
        case incomplete
        /// The client waits for `100 Continue` before it sends the body. Comes once per request, before its body.
        case wantsContinue
        /// A whole request.
        case request(HTTPRequest)
        /// The connection is past reading.
        case failed(ProtocolError)
    }

    /// Where in a request the connection stands.
    public enum Phase: Hashable, Sendable {
        /// No byte of a request has come.
        case idle
        /// A head has begun.
        case head
        /// A head is whole, its body is not.
        case body
    }

    private enum State {
        case head
        case fixedBody(left: Int)
        case chunkSize
        case chunkData(left: Int)
        case chunkEnd
        case trailers
        case failed(ProtocolError)
    }

    private let rules: Rules
    private let peer: PeerAddress
    private var state = State.head
    private var pending: [UInt8] = []
    /// Everything before it is used up.
    private var consumed = 0
    /// Everything before it has been looked at for the end of a line.
    private var scanned = 0
    private var head = HTTPHeadReader()
    private var finishedHead: HTTPHeadReader.Finished?
    private var headBytes: [UInt8] = []
    private var body: [UInt8] = []
    private var trailerBytes = 0
    private var blanksSkipped = 0
    private var blanksAllowed: Int
    private var continueIsDue = false

    /// A parser for one connection.
    public init(rules: Rules, peer: PeerAddress) {
        self.rules = rules
        self.peer = peer
        blanksAllowed = rules.readsLikeGo ? 0 : Self.blanks
    }

    // Blank lines before a request come from old clients that end a POST's body with one; as many as Go's server forgives.
    private static let blanks = 4
    // Longer than any sane chunk extension; Go allows 4096.
    private static let chunkLineBytes = 4096

    /// Takes the next bytes of the connection.
    public mutating func push(_ bytes: some Collection<UInt8>) {
        if consumed > 0 {
            // What is left is never more than one unfinished line or one paused burst, so moving it stays linear.
            pending.removeFirst(consumed)
            scanned -= consumed
            consumed = 0
        }
        pending.append(contentsOf: bytes)
    }

    /// Where the connection stands.
    public var phase: Phase {
        switch state {
        case .head: pending.count > consumed ? .head : .idle
        case .failed: .idle
        default: .body
        }
    }

    /// Whether bytes are left that no request has used.
    public var hasUnreadBytes: Bool { pending.count > consumed }

    /// The next thing that the bytes so far amount to.
    ///
    /// Call again until it is ``Event/incomplete`` or ``Event/failed(_:)``.
    public mutating func next() -> Event {
        do throws(ProtocolError) {
            while true {
                if continueIsDue {
                    continueIsDue = false
                    return .wantsContinue
                }
                switch state {
                case .head:
                    guard try readHead() else { return .incomplete }
                case .fixedBody(let left):
                    guard let rest = takeBody(left) else { return .request(finishRequest()) }
                    state = .fixedBody(left: rest)
                    return .incomplete
                case .chunkSize:
                    guard let line = try takeLine(limit: Self.chunkLineBytes, orElse: .malformed(.chunk)) else { return .incomplete }
                    let size = try chunkSize(line)
                    if size > rules.bodyBytes - body.count { throw .bodyTooLarge(limit: rules.bodyBytes) }
                    state = size == 0 ? .trailers : .chunkData(left: size)
                case .chunkData(let left):
                    if let rest = takeBody(left) {
                        state = .chunkData(left: rest)
                        return .incomplete
                    }
                    state = .chunkEnd
                case .chunkEnd:
                    guard let line = try takeLine(limit: 2, orElse: .malformed(.chunk)) else { return .incomplete }
                    if !line.isEmpty { throw .malformed(.chunk) }
                    state = .chunkSize
                case .trailers:
                    // Trailers are read past and dropped, as one head's worth at most.
                    let before = consumed
                    guard let line = try takeLine(limit: rules.headBytes - trailerBytes, orElse: .headTooLarge(limit: rules.headBytes))
                    else { return .incomplete }
                    trailerBytes += consumed - before
                    if line.isEmpty { return .request(finishRequest()) }
                case .failed(let error):
                    return .failed(error)
                }
            }
        } catch {
            state = .failed(error)
            pending = []
            consumed = 0
            scanned = 0
            return .failed(error)
        }
    }

    /// Reads head lines as far as they have come; true when the head is whole and `state` says what follows.
    private mutating func readHead() throws(ProtocolError) -> Bool {
        while true {
            let limit = rules.headBytes
            guard let line = findLine(from: consumed + head.lineStart) else {
                if pending.count - consumed > limit { throw .headTooLarge(limit: limit) }
                return false
            }
            if scanned - consumed > limit { throw .headTooLarge(limit: limit) }
            if head.isEmpty, line.isEmpty, blanksSkipped + (scanned - consumed) <= blanksAllowed {
                blanksSkipped += scanned - consumed
                consumed = scanned
                continue
            }
            if try head.read(line, of: pending, base: consumed, rules: rules) { break }
        }
        let finished = try head.finish(rules: rules)
        finishedHead = finished
        continueIsDue = finished.expectsContinue
        switch finished.length {
        case .fixed(let length):
            state = .fixedBody(left: length)
            body.reserveCapacity(min(length, 64 * 1024))
        case .chunked: state = .chunkSize
        }
        // The body is read from where the head ends; the head's bytes are kept aside with the ranges that point into them.
        if scanned == pending.count {
            headBytes = consumed == 0 ? pending : Array(pending[consumed...])
            pending = []
            consumed = 0
            scanned = 0
        } else {
            headBytes = Array(pending[consumed..<scanned])
            consumed = scanned
        }
        return true
    }

    private mutating func finishRequest() -> HTTPRequest {
        let finished = finishedHead ?? HTTPHeadReader.Finished()
        let request = HTTPRequest(
            head: headBytes, methodEnd: finished.methodEnd, targetRange: finished.target, minorVersion: finished.minorVersion,
            fields: finished.fields, body: body, peer: peer, keepsAlive: finished.keepsAlive)
        state = .head
        head = HTTPHeadReader()
        finishedHead = nil
        headBytes = []
        body = []
        trailerBytes = 0
        blanksSkipped = 0
        blanksAllowed = !rules.readsLikeGo || request.methodIs("POST") ? Self.blanks : 0
        return request
    }

    /// The range of the line that begins at `start`, without its end, `scanned` then being after its LF; nil when no LF has come.
    private mutating func findLine(from start: Int) -> Range<Int>? {
        let end = pending.count
        var index = scanned
        while index < end, pending[index] != .lineFeed { index += 1 }
        if index == end {
            scanned = end
            return nil
        }
        scanned = index + 1
        return start..<(index > start && pending[index - 1] == .carriageReturn ? index - 1 : index)
    }

    /// Takes a line of a chunked body; `limit` counts its end.
    private mutating func takeLine(limit: Int, orElse error: ProtocolError) throws(ProtocolError) -> Range<Int>? {
        let start = consumed
        let line = findLine(from: start)
        if (line == nil ? pending.count : scanned) - start > limit { throw error }
        if line != nil { consumed = scanned }
        return line
    }

    /// Moves up to `left` bytes into the body; what is still missing, or nil when nothing is.
    private mutating func takeBody(_ left: Int) -> Int? {
        let count = min(left, pending.count - consumed)
        if count > 0 {
            body.append(contentsOf: pending[consumed..<(consumed + count)])
            consumed += count
            scanned = consumed
            if consumed == pending.count {
                pending.removeAll(keepingCapacity: true)
                consumed = 0
                scanned = 0
            }
        }
        return left == count ? nil : left - count
    }

    private func chunkSize(_ line: Range<Int>) throws(ProtocolError) -> Int {
        var size = 0
        var digits = 0
        var index = line.lowerBound
        while index < line.upperBound, let digit = pending[index].hexadecimalValue {
            digits += 1
            // Fifteen digits fit an Int; a larger chunk than that is refused either way.
            if digits > 15 { throw .malformed(.chunk) }
            size = size << 4 | digit
            index += 1
        }
        while index < line.upperBound, pending[index].isBlank { index += 1 }
        if digits == 0 || (index < line.upperBound && pending[index] != UInt8(ascii: ";")) { throw .malformed(.chunk) }
        return size
    }
}
