public import IdentityModel
import Surroundings
import WireFormats

/// A fault at work: what it says, and how far it has come.
///
/// A value; what it does to a request follows from itself, the request and the instant alone.
public struct ArmedFault: Sendable {
    /// What it says.
    public let fault: Fault
    /// When it came.
    public let armed: Int64
    /// How many requests it met, whether or not it acted on them.
    public private(set) var met = 0
    /// How many of them it acted on.
    public private(set) var acted = 0
    /// The step it is at; the count of steps when all are over.
    public private(set) var step = 0
    private var actedInStep = 0
    /// When the present step met its first request.
    private var stepBegan: Int64?

    /// A fault that has met nobody yet.
    ///
    /// - Parameter now: nanoseconds since the epoch.
    public init(_ fault: Fault, at now: Int64) {
        self.fault = fault
        armed = now
    }

    /// Whether it will never act again.
    public var isOver: Bool { step >= fault.steps.count }

    /// What it does to a request, and nil if it lets it pass; either way it has moved on.
    ///
    /// The share of requests is drawn from the seed and the number of the request, so that the same requests meet the same fate in every
    /// run.
    public mutating func meets(_ exchange: FaultExchange, at now: Int64) -> FaultStep? {
        guard now >= begins, fault.match.meets(exchange) else { return nil }
        met += 1
        guard met > fault.skip else { return nil }
        endSteps(before: now)
        guard !isOver else { return nil }
        if stepBegan == nil { stepBegan = now }
        let number = met - fault.skip
        guard number.isMultiple(of: fault.every), isDrawn(number) else { return nil }
        let chosen = fault.steps[step]
        // Who asks for no token gets none to spoil: what did nothing must not use up the step.
        if case .token = chosen.action, exchange.audience == nil { return nil }
        acted += 1
        actedInStep += 1
        if let times = chosen.times, actedInStep >= times { next() }
        return chosen
    }

    /// The instant before which it does nothing.
    private var begins: Int64 {
        switch fault.start {
        case nil: armed
        case .after(let milliseconds): armed + Int64(milliseconds) * 1_000_000
        case .at(let instant): instant.rawValue * 1_000_000_000
        }
    }

    /// Leaves the steps whose time is over.
    ///
    /// A step's time begins with the first request that meets it; with a schedule, that of the first step begins with the schedule.
    private mutating func endSteps(before now: Int64) {
        if step == 0, stepBegan == nil, fault.start != nil { stepBegan = begins }
        while !isOver, let milliseconds = fault.steps[step].milliseconds, let began = stepBegan {
            let end = began + Int64(milliseconds) * 1_000_000
            guard now >= end else { return }
            next()
            stepBegan = end
        }
    }

    private mutating func next() {
        step += 1
        actedInStep = 0
        stepBegan = nil
    }

    private func isDrawn(_ number: Int) -> Bool {
        guard fault.probability < 1 else { return true }
        // SplitMix64 (Steele, Lea, Flood); 53 bits make a number from 0 to 1.
        var bits = fault.seed &+ UInt64(number) &* 0x9e37_79b9_7f4a_7c15
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        bits ^= bits >> 31
        return Double(bits >> 11) * 0x1p-53 < fault.probability
    }
}

extension ArmedFault {
    /// The fault as our own interface shows it; what comes next is left out when nothing does.
    func document(spec: JSONValue?) -> JSONValue {
        var members = [
            JSONMember("name", .string(fault.name)), JSONMember("state", .string(isOver ? "over" : met == 0 ? "waiting" : "active")),
            JSONMember("met", .integer(met)), JSONMember("acted", .integer(acted)),
        ]
        if !isOver { members.append(JSONMember("step", .string(fault.steps[step].described))) }
        members.append(JSONMember("since", .string(CivilTime(UnixSeconds(armed / 1_000_000_000)).rfc3339)))
        if let spec { members.append(JSONMember("spec", spec)) }
        return .object(members)
    }
}

/// What a fault does to a request.
public struct FaultVerdict: Sendable {
    /// The fault.
    public let fault: Fault
    /// What happens.
    public let step: FaultStep
}

extension FaultVerdict {
    /// What happens to a request: the first fault that meets it and acts decides; those after it never see it.
    ///
    /// - Parameter faults: in the order in which they are asked; each has moved on.
    static func decide(_ exchange: FaultExchange, at now: Int64, by faults: inout [ArmedFault]) -> FaultVerdict? {
        for index in faults.indices {
            if let step = faults[index].meets(exchange, at: now) { return FaultVerdict(fault: faults[index].fault, step: step) }
        }
        return nil
    }
}
