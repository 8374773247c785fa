/// The answer to a fetch: the last one, where redirects were followed.
public struct FetchResponse: Sendable {
    /// The status code.
    public let status: Int
    /// What followed the code on the status line; empty when nothing did.
    public let reason: String
    /// Header fields in the order received, names as spelt on the wire.
    public let headers: [(name: String, value: String)]
    /// The body, whole.
    public let body: [UInt8]

    /// An answer, for those who stand in for a peer.
    public init(status: Int, reason: String = "", headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
    }

    /// The first value of the field `name`, in whatever case; nil when there is none.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}
