import HashTreeCollections
public import IdentityModel
import ManifestReading
public import Surroundings
import Synchronization

/// The emulated world: objects from files, with applied changes laid over them, published as one immutable snapshot after another.
///
/// A change is read whole, checked whole and then published by one reference swap; a change that is wrong changes nothing.
/// Changes are serialised by one lock, which is not held while files are read; readers take another, held only to copy a reference, so
/// that no request ever waits for a manifest.
public final class IdentityStore: Sendable {
    /// What happened to the latest attempt to change the store.
    public struct Status: Sendable {
        /// Why the latest reload of files was refused; nil when it was accepted.
        public var refusal: ManifestRefusal?
        /// Reloads refused since the start.
        public var refusedReloads = 0
        /// What is odd, though accepted.
        public var warnings: [ManifestProblem] = []
        /// Objects of kinds that are not read, by `apiVersion kind`.
        public var ignored: [String: Int] = [:]
    }

    struct State {
        var files: TreeDictionary<ObjectKey, StoredObject> = [:]
        var parsed: [String: ParsedFile] = [:]
        /// Applied changes; a nil value is a deletion.
        ///
        /// They outlive a reload of the files.
        var overlay: [ObjectKey: StoredObject?] = [:]
        var indexes: ObjectIndexes
        var observers: [@Sendable (IdentitySnapshot) -> Void] = []
        var assignments: AssignedSet
        var observer = AssignmentObserver()
    }

    /// What readers see.
    private struct Published {
        var snapshot: IdentitySnapshot
        var status = Status()
    }

    let state: Mutex<State>
    private let published: Mutex<Published>
    private let nodeName: String?
    private let capture: InstanceDocument?
    private let clock: WallClock
    private let assignmentTakesTime: Bool

    /// An empty store: one VM with a system-assigned identity.
    ///
    /// - Parameters:
    ///   - nodeName: picks the node that is served, when there are several.
    ///   - capture: the instance document of a real machine, to be served for the node's own.
    ///   - clock: dates what MIC does, and what is added to a running world.
    ///   - assignmentTakesTime: whether an identity takes its time to get onto a node; then `settleAssignments` must be called now and
    ///     then.
    public init(
        nodeName: String? = nil, capture: InstanceDocument? = nil, clock: WallClock = .live, assignmentTakesTime: Bool = false
    ) {
        self.nodeName = nodeName
        self.capture = capture
        self.clock = clock
        self.assignmentTakesTime = assignmentTakesTime
        let indexes = ObjectIndexes(nodeName: nodeName)
        let node = NodeResolution.servedNode(nodeName: nodeName, capture: capture, indexes: indexes)
        let assignments = AssignedSet(rules: AssignmentRules(node, nodes: [], onlyNode: nodeName, takesTime: assignmentTakesTime))
        state = Mutex(State(indexes: indexes, assignments: assignments))
        published = Mutex(
            Published(snapshot: IdentitySnapshot(generation: 0, node: node, indexes: indexes, assignments: assignments)))
    }

    /// The world as of now.
    ///
    /// A request takes it once and reads it from start to end.
    public var current: IdentitySnapshot { published.withLock { $0.snapshot } }

    /// How the latest change went.
    public var status: Status { published.withLock { $0.status } }

    /// Calls `observer` now, and again with each snapshot that is published from now on, in their order.
    ///
    /// It runs while changes wait, so it is to be quick and must not change the store.
    public func observe(_ observer: @escaping @Sendable (IdentitySnapshot) -> Void) {
        state.withLock { state in
            state.observers.append(observer)
            observer(current)
        }
    }

    // MARK: Files

    /// Replaces what came from files by the content of `files`, or refuses all of it.
    public func load(_ files: [ManifestFile]) throws(ManifestRefusal) {
        let known = state.withLock { $0.parsed }
        var bytes = 0
        let readings = files.map { file in
            if let before = known[file.path], before.fingerprint == Fingerprint(file.bytes) { return before }
            bytes += file.bytes.count
            return ParsedFile(file)
        }
        // Before more is made that stays: else it would settle in the holes that the reading has left, all over the memory.
        SpareMemory.giveBack(afterReading: bytes)
        let result = state.withLock { state in Self.attempt { () throws(ManifestRefusal) in try self.load(readings, into: &state) } }
        try result.get()
        SpareMemory.giveBack(afterReading: bytes)
    }

    private func load(_ readings: [ParsedFile], into state: inout State) throws(ManifestRefusal) {
        let parsed = Dictionary(readings.map { ($0.path, $0) }) { _, last in last }
        var problems: [ManifestProblem] = []
        var objects = state.files
        var changes: [ObjectKey: StoredObject?] = [:]
        var status = Status(refusedReloads: self.status.refusedReloads)
        // Only what changed is gone through: a small edit beside a large export costs what the edit costs.
        for (path, before) in state.parsed where parsed[path].map({ $0.fingerprint != before.fingerprint }) ?? true {
            for stored in before.objects {
                objects[stored.key] = nil
                changes[stored.key] = StoredObject?.none
            }
        }
        let changed = readings.filter { reading in state.parsed[reading.path].map { $0.fingerprint != reading.fingerprint } ?? true }
        for stored in changed.flatMap(\.objects) {
            if let first = objects[stored.key] {
                problems.append(
                    ManifestProblem(
                        place: stored.place, line: stored.line, object: stored.key.description, path: "metadata.name",
                        found: "the same object a second time", allowed: "one of them; the first is in \(first.place)"))
                continue
            }
            // An object that says what it said before is no change, though its file was read anew.
            if let known = state.files[stored.key], known.says(theSameAs: stored) {
                objects[stored.key] = known
                changes.removeValue(forKey: stored.key)
            } else {
                objects[stored.key] = stored
                changes[stored.key] = .some(stored)
            }
        }
        for reading in readings {
            problems += reading.problems
            status.warnings += reading.warnings
            for (kind, count) in reading.ignored { status.ignored[kind, default: 0] += count }
        }
        if problems.isEmpty, objects.isEmpty, !state.files.isEmpty, let first = readings.first {
            // An editor empties a file before it fills it; an empty world would make every caller the node.
            problems.append(
                ManifestProblem(
                    place: ManifestPlace(file: first.path, document: 0), line: 0,
                    syntaxReason: "no object is left; keep at least one, or start again without manifests"))
        }
        do throws(ManifestRefusal) {
            try publish(changes.filter { state.overlay[$0.key] == nil }, &state, problems: problems)
        } catch {
            refuse(error)
            throw error
        }
        state.files = objects
        state.parsed = parsed
        // A mark of deletion says nothing any more once no file names the object.
        state.overlay = state.overlay.filter { $0.value != nil || objects[$0.key] != nil }
        status.warnings += state.indexes.disagreements
        published.withLock { $0.status = status }
    }

    /// Notes that the files could not be taken, for `status`; what is served does not change.
    public func refuse(_ refusal: ManifestRefusal) {
        published.withLock { published in
            published.status.refusal = refusal
            published.status.refusedReloads += 1
        }
    }

    // MARK: Publishing

    /// Builds the next state from the changes, checks it, and swaps the snapshot.
    ///
    /// On a refusal nothing has changed.
    ///
    /// - Parameter problems: what reading has found already; it is told together with what the whole shows to be wrong.
    func publish(
        _ changes: [ObjectKey: StoredObject?], _ state: inout State, problems: [ManifestProblem] = []
    ) throws(ManifestRefusal) {
        let generation = current.generation
        guard !changes.isEmpty || !problems.isEmpty || generation == 0 else { return }
        var next = state.indexes
        // What goes, goes first: an object that takes over another's name or id must not be swept away with it.
        for key in changes.keys { next.set(nil, for: key) }
        for (key, stored) in changes where stored != nil { next.set(stored, for: key) }
        if changes.keys.contains(where: { $0.kind.group == .understudy }) {
            next.recomputeSettings()
        }
        if generation > 0 { next.note(changes, at: clock.now) }
        let problems = problems + ReferenceCheck.problems(in: next, nodeName: nodeName)
        guard problems.isEmpty else { throw ManifestRefusal(problems: problems) }
        let node = NodeResolution.servedNode(nodeName: nodeName, capture: capture, indexes: next, before: current.node)
        let rules =
            changes.keys.contains { $0.kind.group == .understudy }
            ? AssignmentRules(node, nodes: next.nodes, onlyNode: next.onlyNode, takesTime: assignmentTakesTime) : state.assignments.rules
        let done = state.assignments.follow(Array(changes.keys), from: state.indexes, to: next, rules: rules, at: clock.now)
        state.indexes = next
        let snapshot = IdentitySnapshot(generation: generation + 1, node: node, indexes: next, assignments: state.assignments)
        published.withLock { $0.snapshot = snapshot }
        for observer in state.observers { observer(snapshot) }
        state.observer.report(done)
    }

    // MARK: Assignment

    /// Finishes what MIC has under way and what is due by now; false when nothing is.
    @discardableResult
    public func settleAssignments() -> Bool {
        state.withLock { state in
            let now = clock.now
            guard state.assignments.isDue(at: now) else { return false }
            let done = state.assignments.settle(at: now)
            let latest = current
            let snapshot = IdentitySnapshot(
                generation: latest.generation + 1, node: latest.node, indexes: state.indexes, assignments: state.assignments)
            published.withLock { $0.snapshot = snapshot }
            for observer in state.observers { observer(snapshot) }
            state.observer.report(done)
            return true
        }
    }

    /// Tells what MIC does from now on, and first what it did before anybody listened, as far as that is kept.
    ///
    /// - Parameter observer: called within a change, in order; it must not call the store.
    public func observeAssignments(_ observer: @escaping @Sendable ([AssignmentChange]) -> Void) {
        state.withLock { $0.observer.attach(observer) }
    }

    /// Carries a typed error out of the lock's closure.
    static func attempt<Value>(_ body: () throws(ManifestRefusal) -> Value) -> Result<Value, ManifestRefusal> {
        do { return .success(try body()) } catch { return .failure(error) }
    }
}
