public import Decisions
import IdentityModel

/// What clients did about faults, read from the journal: a pure function of its decisions and the present.
public enum RetryReport {
    /// The sequences that decisions show, in the order in which they began.
    ///
    /// - Parameters:
    ///   - decisions: oldest first.
    ///   - now: nanoseconds since the epoch, by the journal's system clock: spans between requests are real.
    public static func sequences(_ decisions: [RecordedDecision], at now: Int64) -> [RetrySequence] {
        var open: [Key: Int] = [:]
        var drafts: [Draft] = []
        for recorded in decisions {
            guard let client = recorded.client else { continue }
            let key = Key(recorded, client)
            let isFelt = recorded.fault.map { $0.isFelt(status: recorded.status) } ?? false
            if let index = open[key], drafts[index].goesOn(with: recorded) {
                drafts[index].add(recorded, isFelt: isFelt)
                if !isFelt || recorded.isServed { open[key] = nil }
            } else if isFelt {
                open[key] = recorded.isServed ? nil : drafts.count
                drafts.append(Draft(client: client, exchanges: [recorded]))
            }
        }
        return drafts.map { $0.sequence(at: now) }
    }

    /// What tells the requests of one asking from those of another.
    private struct Key: Hashable {
        let client: String
        let call: String
        let resource: String?
        let selector: Decision.Selector?
        /// SDKs repeat the id of a request when they ask again, and give the next asking another (source: sdk-clients.md §2.1).
        let requestID: String?

        init(_ recorded: RecordedDecision, _ client: ClientTraits) {
            let name = ClientName(client)
            self.client = "\(client.address) \(name.name) \(name.version)"
            call = client.call
            resource = recorded.decision.resource
            selector = recorded.decision.selector
            requestID = client.headers["x-ms-client-request-id"] ?? client.headers["client-request-id"]
        }
    }

    /// A sequence on its way.
    private struct Draft {
        let client: ClientTraits
        var exchanges: [RecordedDecision]
        var end: RecordedDecision?

        /// Whether a further request may belong to it; who waits longer than twice the longest documented wait is asking anew.
        func goesOn(with next: RecordedDecision) -> Bool {
            guard let last = exchanges.last else { return false }
            let told = last.fault?.retryAfterSeconds ?? 0
            return next.arrival - last.answered < Int64(max(120, told * 2)) * 1_000_000_000
        }

        mutating func add(_ recorded: RecordedDecision, isFelt: Bool) {
            if isFelt { exchanges.append(recorded) } else { end = recorded }
        }

        func sequence(at now: Int64) -> RetrySequence {
            let source = exchanges.first?.fault?.source ?? ""
            let rule = RetryRule.rule(for: client, asking: source)
            var attempts: [RetrySequence.Attempt] = []
            let first = exchanges.first?.arrival ?? now
            let last = end?.arrival ?? exchanges.last?.arrival ?? now
            for (index, recorded) in exchanges.enumerated() {
                guard let mark = recorded.fault else { continue }
                let next = index + 1 < exchanges.count ? exchanges[index + 1] : end
                let asked = Question(
                    status: recorded.status, isServed: recorded.isServed, told: mark.retryAfterSeconds, rule: rule, retry: index,
                    waited: next.map { Int(($0.arrival - recorded.answered) / 1_000_000) },
                    since: Int((now - recorded.answered) / 1_000_000),
                    asked: Int((recorded.arrival - first) / 1_000_000))
                attempts.append(
                    RetrySequence.Attempt(
                        id: recorded.id, fault: mark.name, did: mark.did, status: recorded.status, told: asked.told,
                        documented: asked.told == nil ? asked.documented : nil, waited: asked.waited, verdict: asked.verdict))
            }
            let ending: RetrySequence.Ending =
                if let end {
                    [.issued, .answered, .forwarded].contains(end.decision.outcome) ? .recovered : .refused
                } else {
                    switch attempts.last?.verdict {
                    case .served: .recovered
                    case .pending: .pending
                    default: .gaveUp
                    }
                }
            return RetrySequence(
                client: ClientName(client), caller: exchanges.first?.decision.pod?.description ?? client.address,
                source: source, resource: exchanges.first?.decision.resource, attempts: attempts,
                ending: ending, spanMilliseconds: Int((last - first) / 1_000_000))
        }
    }

    /// One wait, to be judged.
    private struct Question {
        let status: Int
        let isServed: Bool
        let told: Int?
        let rule: RetryRule?
        /// Which retry it is, from 0.
        let retry: Int
        /// Milliseconds until the client asked again; nil when it has not.
        let waited: Int?
        /// Milliseconds since it was answered.
        let since: Int
        /// Milliseconds from when it first asked until it asked this time.
        let asked: Int

        /// A refusal that stays what it is however long one waits.
        private var isFinal: Bool { [400, 401, 403, 405].contains(status) }

        /// How long the service's guide says that this status may last, in milliseconds (source: imds.md §5.5).
        private var lasts: Int { status == 410 ? 70_000 : 0 }

        /// What the client's own documentation says of this wait, in seconds.
        var documented: Double? {
            guard let rule, rule.retries(status) else { return nil }
            let waits = rule.waits(status)
            return retry < waits.count ? waits[retry] : nil
        }

        /// Clients spread their waits, and clocks differ a little: a tenth, and 50 ms.
        private func isEnough(_ waited: Int, of seconds: Double) -> Bool { Double(waited) >= seconds * 900 - 50 }

        /// As above, but spread a fifth, as azcore does, where nothing was promised.
        private func keepsSchedule(_ waited: Int, _ seconds: Double) -> Bool { Double(waited) >= seconds * 800 - 50 }

        var verdict: RetrySequence.Verdict {
            guard let waited else {
                if isServed { return .served }
                if isFinal { return .gaveUp }
                // The longest that a client could yet be waiting, with a margin.
                let patience = Int((told.map(Double.init) ?? documented ?? 2) * 1500) + 1000
                guard since > patience else { return .pending }
                return asked < lasts ? .gaveUpEarly : .gaveUp
            }
            if isFinal { return .inVain }
            if let told { return isEnough(waited, of: Double(told)) ? .waited : .tooSoon }
            guard let documented else { return .untold }
            return keepsSchedule(waited, documented) ? .waited : .offSchedule
        }
    }
}

extension RecordedDecision {
    /// Whether the client got an answer in spite of the fault.
    fileprivate var isServed: Bool { (200..<300).contains(status) && fault?.servesClient ?? true }

    /// When the request came: a fault that held it back did so before it was answered.
    fileprivate var arrival: Int64 { systemNanoseconds - Int64(fault?.heldMilliseconds ?? 0) * 1_000_000 }

    /// When it was answered.
    fileprivate var answered: Int64 { systemNanoseconds }
}
