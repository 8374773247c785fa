import WireFormats

/// A request as it was received.
///
/// It is one copy of the bytes of its head, and where the parts lie in them. Text is made only when asked for, so that keeping a request costs
/// little.
public final class HTTPRequest: Sendable {
    /// Where one header line lies in the head.
    ///
    /// A folded value spans lines and is joined when it is read.
    struct Field: Sendable {
        var name: Range<Int32>
        var value: Range<Int32>
        var isFolded = false
    }

    private let head: [UInt8]
    private let methodEnd: Int
    private let targetRange: Range<Int>
    private let fields: [Field]
    /// The decoded body; empty when there was none.
    public let body: [UInt8]
    /// The remote end of the connection.
    public let peer: PeerAddress
    /// The `y` of `HTTP/1.y`.
    public let httpMinorVersion: Int
    /// Whether the client lets the connection live on after the answer.
    let keepsAlive: Bool
    /// What somebody between the socket and the responder wants known of this exchange; never from the wire.
    public let remark: (any Sendable)?

    init(
        head: [UInt8], methodEnd: Int, targetRange: Range<Int>, minorVersion: Int, fields: [Field], body: [UInt8], peer: PeerAddress,
        keepsAlive: Bool, remark: (any Sendable)? = nil
    ) {
        self.head = head
        self.methodEnd = methodEnd
        self.targetRange = targetRange
        httpMinorVersion = minorVersion
        self.fields = fields
        self.body = body
        self.peer = peer
        self.keepsAlive = keepsAlive
        self.remark = remark
    }

    /// A request from a test or from within the process.
    ///
    /// Nothing is checked.
    public convenience init(method: String, target: String, headers: [(String, String)], body: [UInt8], peer: PeerAddress) {
        var head = Array(method.utf8)
        let methodEnd = head.count
        head.append(UInt8(ascii: " "))
        let targetStart = head.count
        head.append(contentsOf: target.utf8)
        let targetRange = targetStart..<head.count
        var fields: [Field] = []
        for (name, value) in headers {
            let start = Int32(clamping: head.count)
            head.append(contentsOf: name.utf8)
            let middle = Int32(clamping: head.count)
            head.append(contentsOf: value.utf8)
            let trimmed = head.trimmingBlanks(Int(middle)..<head.count)
            fields.append(
                Field(name: start..<middle, value: Int32(clamping: trimmed.lowerBound)..<Int32(clamping: trimmed.upperBound)))
        }
        self.init(
            head: head, methodEnd: methodEnd, targetRange: targetRange, minorVersion: 1, fields: fields, body: body, peer: peer,
            keepsAlive: true)
    }

    /// The `Host` that the client reached us by, in lower case, if URLs can be made of it; nil otherwise.
    public var urlHost: String? { header("Host").flatMap { URLHost.isValid($0.utf8.span) ? $0.lowercased() : nil } }

    /// The same request without its body, for those who keep requests.
    public var withoutBody: HTTPRequest {
        body.isEmpty ? self : copy(body: [], remark: remark)
    }

    /// The same request with a remark.
    public func remarked(_ remark: any Sendable) -> HTTPRequest { copy(body: body, remark: remark) }

    private func copy(body: [UInt8], remark: (any Sendable)?) -> HTTPRequest {
        HTTPRequest(
            head: head, methodEnd: methodEnd, targetRange: targetRange, minorVersion: httpMinorVersion, fields: fields, body: body,
            peer: peer, keepsAlive: keepsAlive, remark: remark)
    }

    /// The method as received, case kept.
    public var method: String { String(decoding: head[..<methodEnd], as: UTF8.self) }

    /// Whether the method is exactly these bytes; no allocation.
    public func methodIs(_ method: StaticString) -> Bool { head.equals(method, in: 0..<methodEnd) }

    func methodIs(_ method: [UInt8]) -> Bool { methodEnd == method.count && head[..<methodEnd].elementsEqual(method) }

    /// The request target as received.
    public var target: String { String(decoding: head[targetRange], as: UTF8.self) }

    /// The target up to its first `?`, not decoded.
    ///
    /// An absolute-form target is reduced to its path (`/` when that is empty), `*` is kept, and the authority of a CONNECT is kept.
    public var rawPath: String { String(decoding: head[rawPathRange], as: UTF8.self).nonEmpty(or: "/") }

    /// Whether the raw path begins with these bytes; no allocation.
    public func pathStarts(with text: StaticString) -> Bool {
        let path = rawPathRange
        guard !path.isEmpty else { return [UInt8(ascii: "/")].equals(text, in: nil) }
        let end = path.lowerBound + text.utf8CodeUnitCount
        return end <= path.upperBound && head.equals(text, in: path.lowerBound..<end)
    }

    /// Whether the raw path ends with these bytes; no allocation.
    public func pathEnds(with text: StaticString) -> Bool {
        let path = rawPathRange
        guard !path.isEmpty else { return [UInt8(ascii: "/")].equals(text, in: nil) }
        let start = path.upperBound - text.utf8CodeUnitCount
        return start >= path.lowerBound && head.equals(text, in: start..<path.upperBound)
    }

    /// What follows the first `?` of the target, not decoded; nil when there is no `?`.
    public var rawQuery: String? {
        guard let mark = head[targetRange].firstIndex(of: UInt8(ascii: "?")) else { return nil }
        return String(decoding: head[(mark + 1)..<targetRange.upperBound], as: UTF8.self)
    }

    /// The first value of a header, blanks around it trimmed and folded lines joined by one blank; nil when it is absent.
    ///
    /// The name is compared without regard to ASCII case.
    public func header(_ name: StaticString) -> String? { firstField(name).map(value) }

    /// Whether the first value of a header is exactly these bytes; no allocation unless the header is folded.
    public func headerIs(_ name: StaticString, _ value: StaticString) -> Bool {
        guard let field = firstField(name) else { return false }
        if field.isFolded { return Array(self.value(of: field).utf8).equals(value, in: nil) }
        return head.equals(value, in: Int(field.value.lowerBound)..<Int(field.value.upperBound))
    }

    /// Whether a header is there, even with an empty value.
    public func hasHeader(_ name: StaticString) -> Bool { firstField(name) != nil }

    /// All headers as received, in order, names in their own case.
    public var headers: [(name: String, value: String)] {
        fields.map { (String(decoding: head[Int($0.name.lowerBound)..<Int($0.name.upperBound)], as: UTF8.self), value(of: $0)) }
    }

    private var rawPathRange: Range<Int> {
        let all = head[targetRange]
        let end = all.firstIndex(of: UInt8(ascii: "?")) ?? all.endIndex
        guard let first = all.first, first != UInt8(ascii: "/"), let scheme = HTTPTarget.schemeLength(all) else {
            return targetRange.lowerBound..<end
        }
        let authority = min(targetRange.lowerBound + scheme, end)
        return (head[authority..<end].firstIndex(of: UInt8(ascii: "/")) ?? end)..<end
    }

    private func firstField(_ name: StaticString) -> Field? {
        for field in fields where head.equalsIgnoringCase(name, in: Int(field.name.lowerBound)..<Int(field.name.upperBound)) {
            return field
        }
        return nil
    }

    private func value(of field: Field) -> String {
        let range = Int(field.value.lowerBound)..<Int(field.value.upperBound)
        guard field.isFolded else { return String(decoding: head[range], as: UTF8.self) }
        return String(decoding: head.unfolded(range), as: UTF8.self)
    }
}

extension String {
    fileprivate func nonEmpty(or other: String) -> String { isEmpty ? other : self }
}
