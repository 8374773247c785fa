/// Whether what was expected of the decisions in a stretch is so: a pure function of both.
///
/// A decision that the journal no longer has might have been one that counts. Where it could turn the verdict, there is none.
public struct DecisionVerdict: Sendable {
    /// How it ended.
    public enum Result: String, Sendable {
        case passed
        case failed
        /// Decisions since the mark are forgotten, and with them it might be otherwise.
        case undecided
    }

    /// A decision that does not count, and what it lacks.
    public struct Miss: Sendable {
        /// The decision.
        public let recorded: RecordedDecision
        /// The criteria it does not meet.
        public let failed: [DecisionCriterion]
    }

    /// How it ended.
    public let result: Result
    /// Whether nothing that happens later can make it end otherwise.
    public let isSettled: Bool
    /// What was looked at.
    public let stretch: JournalStretch
    /// What was asked of each decision.
    public let criteria: [DecisionCriterion]
    /// How often it was to be so.
    public let count: DecisionCount
    /// The decisions that count, oldest first.
    public let matches: [RecordedDecision]
    /// Those that come nearest, nearest first and newest first among equals; none when too many count already.
    public let nearest: [Miss]

    private static let mostMisses = 3

    /// Judges a stretch.
    public init(_ criteria: [DecisionCriterion], _ count: DecisionCount, in stretch: JournalStretch) {
        self.criteria = criteria
        self.count = count
        self.stretch = stretch
        var matches: [RecordedDecision] = []
        var misses: [Miss] = []
        for recorded in stretch.decisions {
            let failed = criteria.filter { !$0.holds(for: recorded) }
            if failed.isEmpty { matches.append(recorded) } else { misses.append(Miss(recorded: recorded, failed: failed)) }
        }
        self.matches = matches
        let found = matches.count
        isSettled = count.isSettled(by: found)
        switch (count.allows(found), stretch.hasGap && !isSettled) {
        case (_, true): result = .undecided
        case (true, false): result = .passed
        case (false, false): result = .failed
        }
        let isShort = if case .atMost = count { false } else { !count.allows(found) && !isSettled }
        nearest =
            isShort
            ? Array(misses.reversed().sorted { $0.failed.count < $1.failed.count }.prefix(Self.mostMisses)) : []
    }

    private var beginning: String {
        if stretch.isSinceReset { return "the reset" }
        return stretch.since == 0 ? "the start" : "decision \(stretch.since)"
    }

    /// The verdict in a sentence.
    public var sentence: String {
        let asked = criteria.isEmpty ? "any decision" : criteria.map { "\($0.name) \($0.wanted)" }.joined(separator: ", ")
        let told = "expected \(count.description), found \(DecisionCount.times(matches.count)): \(asked), since \(beginning)"
        switch result {
        case .passed: return told
        case .failed: return told
        case .undecided:
            return told + "; but decisions up to \(stretch.forgottenThrough) are forgotten, which might have counted. "
                + "Mark later, or keep more with serve --journal."
        }
    }
}
