/// Decisions in the order of their ids, of which only the newest stay.
struct DecisionRing {
    private var slots: [RecordedDecision] = []
    /// Where the oldest is, once the ring is full.
    private var start = 0

    /// Adds the newest.
    ///
    /// - Returns: the id of the one it pushed out.
    mutating func append(_ recorded: consuming RecordedDecision, capacity: Int) -> UInt64? {
        guard slots.count >= capacity else {
            slots.append(recorded)
            return nil
        }
        let pushedOut = slots[start].id
        slots[start] = recorded
        start = (start + 1) % capacity
        return pushedOut
    }

    /// The newest `limit` of those after `id` that `accepts` takes, oldest first.
    func newest(_ limit: Int, after id: UInt64, where accepts: (RecordedDecision) -> Bool) -> [RecordedDecision] {
        var found: [RecordedDecision] = []
        for offset in stride(from: slots.count - 1, through: 0, by: -1) where found.count < limit {
            let recorded = slots[(start + offset) % slots.count]
            if recorded.id <= id { break }
            if accepts(recorded) { found.append(recorded) }
        }
        return found.reversed()
    }

    /// Removes those that are meant; the rest close up.
    ///
    /// - Returns: how many there were.
    mutating func remove(where isMeant: (RecordedDecision) -> Bool) -> Int {
        let before = slots.count
        slots = (slots[start...] + slots[..<start]).filter { !isMeant($0) }
        start = 0
        return before - slots.count
    }
}
