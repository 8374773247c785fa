#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A listener that cannot serve: `metadata listener cannot bind 127.0.0.1:2579: address already in use; …`.
public struct ListenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The listener's name.
    public let listener: String
    /// Where it was to bind.
    public let address: ListenAddress
    /// What stood in the way, for people.
    public let cause: String
    /// The system's error number; nil when the cause is not the system's (a certificate, a name).
    public let errno: Int32?

    /// The whole sentence.
    public var description: String { "\(listener) listener cannot bind \(address.text): \(cause)\(advice)" }

    private var advice: String {
        errno == EADDRINUSE ? "; `understudy doctor` says by whom, or choose another HOST:PORT" : ""
    }
}
