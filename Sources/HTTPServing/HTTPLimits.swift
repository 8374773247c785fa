/// The bounds of a listener: a slow or hostile client costs only itself.
public struct HTTPLimits: Sendable {
    /// Bytes of request line and headers; beyond it 431.
    public var headBytes = 16 * 1024
    /// Bytes of a decoded request body; beyond it 413.
    public var bodyBytes = 1024 * 1024
    /// From the first byte of a head to its end, for the first request from accept; beyond it 408.
    public var headTimeout = Duration.seconds(10)
    /// From the end of a head to the end of the body; beyond it 408.
    public var bodyTimeout = Duration.seconds(30)
    /// How long a connection may be idle between requests, or not take what was written to it; beyond it a silent close.
    public var idleTimeout = Duration.seconds(75)
    /// Connections at one time; past it 503 and close.
    public var maximumConnections = 4096
    /// How long a graceful shutdown waits for answers under way before it closes what is left.
    public var drainTime = Duration.milliseconds(4500)

    /// The usual limits; set what differs.
    public init() {}
}
