import Decisions
import IdentityModel

extension FaultStep {
    /// What it does, in words.
    var described: String {
        let what: String =
            switch action {
            case .pass: delayMilliseconds > 0 ? "" : "let it pass"
            case .answer(let answer): "answered \(answer.status)" + (answer.retryAfter.map { ", Retry-After \($0) s" } ?? "")
            case .stall(let milliseconds): "held for \(Self.seconds(milliseconds)) without an answer, then hung up"
            case .reset: "reset the connection"
            case .truncate(let bytes): "cut the body off after \(bytes.map { "\($0) bytes" } ?? "half of it")"
            case .edit(let retype, let omit):
                [
                    retype.isEmpty ? nil : "changed the type of \(retype.joined(separator: ", "))",
                    omit.isEmpty ? nil : "left out \(omit.joined(separator: ", "))",
                ].compactMap { $0 }.joined(separator: " and ")
            case .token(.expired): "gave a token that has expired"
            case .token(.notYetValid): "gave a token that is not valid yet"
            case .throttle: "throttled, as the real service does"
            }
        guard delayMilliseconds > 0 else { return what }
        return "held for \(Self.seconds(delayMilliseconds))" + (what.isEmpty ? "" : ", then \(what)")
    }

    /// `1.5 s`.
    static func seconds(_ milliseconds: Int) -> String {
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        guard rest > 0 else { return "\(whole) s" }
        var digits = String(rest + 1000).dropFirst()
        while digits.last == "0" { digits = digits.dropLast() }
        return "\(whole).\(digits) s"
    }
}

extension FaultVerdict {
    /// What the decision will say of it.
    func mark(source: Fault.Source) -> FaultMark {
        let felt: FaultMark.Felt =
            switch step.action {
            case .token, .edit, .truncate: .onSuccess
            case .throttle: .onStatus(429)
            case .pass where step.delayMilliseconds == 0: .never
            case .pass, .answer, .stall, .reset: .always
            }
        let servesClient =
            switch step.action {
            case .pass, .edit, .token, .throttle: true
            case .answer, .stall, .reset, .truncate: false
            }
        var told: Int?
        if case .answer(let answer) = step.action { told = answer.retryAfter }
        var stalled = 0
        if case .stall(let milliseconds) = step.action { stalled = milliseconds }
        return FaultMark(
            name: fault.name, source: source.rawValue, did: step.described, felt: felt, servesClient: servesClient, retryAfterSeconds: told,
            heldMilliseconds: step.delayMilliseconds, stalledMilliseconds: stalled)
    }
}
