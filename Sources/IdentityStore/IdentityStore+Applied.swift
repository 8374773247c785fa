import HashTreeCollections
public import IdentityModel
import ManifestReading
import Synchronization
public import WireFormats

// Changes that are laid over what files say, and outlive their reload.

extension IdentityStore {
    /// Adds or replaces the objects of a manifest text, over whatever files say; all of them or none.
    ///
    /// - Returns: the keys that were applied.
    @discardableResult
    public func apply(_ bytes: [UInt8], from origin: String) throws(ManifestRefusal) -> [ObjectKey] {
        let reading = ParsedFile(ManifestFile(path: origin, bytes: bytes))
        let objects = reading.objects
        var problems = reading.problems
        if problems.isEmpty, objects.isEmpty {
            problems.append(
                ManifestProblem(
                    place: ManifestPlace(file: origin, document: 1), object: "", path: "", found: "no object of a kind that is read",
                    allowed: ObjectKind.allCases.map(\.rawValue).joined(separator: ", ")))
        }
        var seen: Set<ObjectKey> = []
        for stored in objects where !seen.insert(stored.key).inserted {
            problems.append(
                ManifestProblem(
                    place: stored.place, line: stored.line, object: stored.key.description, path: "metadata.name",
                    found: "the same object a second time", allowed: "each object once"))
        }
        let found = problems
        let result = state.withLock { state in
            Self.attempt { () throws(ManifestRefusal) in
                let changes = Dictionary(objects.map { ($0.key, StoredObject?.some($0)) }, uniquingKeysWith: { _, last in last })
                try self.publish(changes, &state, problems: found)
                for stored in objects { state.overlay[stored.key] = .some(stored) }
            }
        }
        try result.get()
        SpareMemory.giveBack(afterReading: bytes.count)
        return objects.map(\.key)
    }

    /// Makes `documents` all that is applied from one origin: what it applied before and does not name now is withdrawn, so that what a file
    /// says of it stands again.
    ///
    /// - Returns: whether anything changed.
    public func replace(origin: String, with documents: [JSONValue]) throws(ManifestRefusal) -> Bool {
        let objects = try documents.map { document throws(ManifestRefusal) in
            let reading = ParsedFile(ManifestFile(path: origin, bytes: document.bytes()))
            guard reading.problems.isEmpty else { throw ManifestRefusal(problems: reading.problems) }
            return reading.objects
        }.flatMap { $0 }
        let result = state.withLock { state in
            Self.attempt { () throws(ManifestRefusal) -> Bool in
                var changes: [ObjectKey: StoredObject?] = [:]
                for (key, stored) in state.overlay where stored?.place.file == origin { changes[key] = .some(state.files[key]) }
                let withdrawn = changes.keys
                for stored in objects {
                    if let known = state.overlay[stored.key], let known, known.says(theSameAs: stored) {
                        changes.removeValue(forKey: stored.key)
                    } else {
                        changes[stored.key] = .some(stored)
                    }
                }
                guard !changes.isEmpty else { return false }
                try self.publish(changes, &state)
                for key in withdrawn where changes.keys.contains(key) { state.overlay[key] = nil }
                for stored in objects { state.overlay[stored.key] = .some(stored) }
                return true
            }
        }
        return try result.get()
    }

    /// Withdraws all that was applied or deleted over what files say, but for what one origin keeps applied.
    public func withdrawApplied(except origin: String) throws(ManifestRefusal) {
        let result = state.withLock { state in
            Self.attempt { () throws(ManifestRefusal) in
                let withdrawn = state.overlay.filter { $0.value?.place.file != origin }.keys
                guard !withdrawn.isEmpty else { return }
                var changes: [ObjectKey: StoredObject?] = [:]
                for key in withdrawn { changes[key] = .some(state.files[key]) }
                try self.publish(changes, &state)
                for key in withdrawn { state.overlay[key] = nil }
            }
        }
        try result.get()
    }

    /// A pod as it would stand without what one origin has applied; nil when nobody else describes it.
    public func described(_ pod: NamespacedName, except origin: String) -> JSONValue? {
        let key = ObjectKey(kind: .pod, namespace: pod.namespace, name: pod.name)
        return state.withLock { state in
            if let overlay = state.overlay[key], overlay?.place.file != origin { return overlay?.document }
            return state.files[key]?.document
        }
    }

    /// Removes an object, over whatever files say.
    ///
    /// False when there is none.
    public func delete(_ key: ObjectKey) throws(ManifestRefusal) -> Bool {
        let result = state.withLock { state in
            Self.attempt { () throws(ManifestRefusal) -> Bool in
                guard self.current.object(key) != nil else { return false }
                try self.publish([key: StoredObject?.none], &state)
                // What no file says needs no mark of deletion: a file that says it later counts.
                if state.files[key] == nil { state.overlay[key] = nil } else { state.overlay[key] = .some(nil) }
                return true
            }
        }
        return try result.get()
    }
}
