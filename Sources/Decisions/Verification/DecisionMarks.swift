public import Surroundings
import Synchronization

/// Named places in the journal, for who asks later what happened since.
///
/// Any thread may set and look; a name set again moves.
public final class DecisionMarks: Sendable {
    /// A place.
    public struct Mark: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// The last decision before it.
        public let id: UInt64
        /// When it was set.
        public let time: UnixSeconds
    }

    /// There are as many marks as are kept.
    public struct Full: Error, Sendable {}

    /// More than any test run needs, and nothing to hold much memory by.
    public static let capacity = 10_000

    private let journal: DecisionJournal
    private let clock: WallClock
    private let marks = Mutex<[String: Mark]>([:])

    /// Marks in one journal.
    public init(in journal: DecisionJournal, clock: WallClock) {
        self.journal = journal
        self.clock = clock
    }

    /// Marks where the journal is now, under `name` or, without one, under the number of the latest decision.
    public func set(_ name: String?) throws(Full) -> Mark {
        let result = marks.withLock { marks -> Result<Mark, Full> in
            let id = journal.lastID
            let mark = Mark(name: name ?? String(id), id: id, time: clock.now)
            guard let name else { return .success(mark) }
            guard marks.count < Self.capacity || marks[name] != nil else { return .failure(Full()) }
            marks[name] = mark
            return .success(mark)
        }
        return try result.get()
    }

    /// The decision that a mark's name means, or that is meant by its number; nil for a name nobody set.
    public func id(_ text: String) -> UInt64? { marks.withLock { $0[text]?.id } ?? UInt64(text) }

    /// All named marks, oldest first.
    public var all: [Mark] { marks.withLock { $0.values.sorted { ($0.id, $0.name) < ($1.id, $1.name) } } }

    /// Forgets them.
    public func reset() { marks.withLock { $0 = [:] } }
}
