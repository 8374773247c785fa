/// Waiting for a verdict that more decisions may settle: each look takes only what is new.
public struct DecisionWatch: Sendable {
    private let criteria: [DecisionCriterion]
    private let count: DecisionCount
    private var found: Int
    private var seen: UInt64

    /// Goes on from a verdict.
    public init(after verdict: DecisionVerdict) {
        criteria = verdict.criteria
        count = verdict.count
        found = verdict.matches.count
        seen = verdict.stretch.through
    }

    /// Counts what was recorded since the last look.
    ///
    /// What was forgotten meanwhile stays counted, so only a verdict on the whole stretch is one.
    ///
    /// - Returns: whether so many stay right, or wrong, whatever happens yet.
    public mutating func look(at journal: DecisionJournal) -> Bool {
        let news = journal.stretch(since: seen)
        seen = news.through
        found += news.decisions.count { recorded in criteria.allSatisfy { $0.holds(for: recorded) } }
        return count.isSettled(by: found)
    }
}
