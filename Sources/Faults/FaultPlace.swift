public import Decisions
public import HTTPServing

/// What faults need of the service whose answers they take the place of.
public struct FaultPlace: Sendable {
    /// Renders an answer with a status, and a wait to tell the client of, as the service itself would.
    public typealias Outage = @Sendable (_ status: Int, _ retryAfter: Int?, HTTPRequest) -> HTTPResponse

    let exchange: FaultExchange
    let decision: Decision
    let outage: Outage
    let throttled: (any HTTPResponder)?

    /// A place at one request.
    ///
    /// - Parameters:
    ///   - exchange: what faults can know of the request.
    ///   - decision: what is recorded where the service is not asked, but for the reason; its outcome is `faulted`.
    ///   - throttled: the same service under the real one's limits; nil where none are known.
    public init(exchange: FaultExchange, decision: Decision, outage: @escaping Outage, throttled: (any HTTPResponder)? = nil) {
        self.exchange = exchange
        self.decision = decision
        self.outage = outage
        self.throttled = throttled
    }
}
