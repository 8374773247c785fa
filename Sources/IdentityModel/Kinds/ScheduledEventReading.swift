import ManifestReading
import WireFormats

extension ScheduledEvent {
    /// A year is more than any script needs, and far from where arithmetic on instants could fail.
    static let longest = 31_536_000

    /// Reads the fields of one event.
    ///
    /// - Parameter makeID: the id of an event that names none, from a text that says all it says.
    init(_ reader: inout FieldReader, makeID: (String) -> String) {
        let kind = reader.choice("type", Kind.self)
        if kind == nil, !reader.has("type") { reader.missing("type", allowed: Kind.allCases.map(\.rawValue).joined(separator: ", ")) }
        let usual = (kind ?? .freeze).usual
        let given = reader.string("id", allowed: "a GUID such as 1f943876-80c5-4fc2-9a77-9011b0096c78") { GUID($0) != nil }
        self.kind = kind ?? .freeze
        resources = reader.strings("resources")
        source = reader.choice("source", Source.self) ?? .platform
        description = reader.string("description") ?? ""
        after = reader.integer("after", in: 0...Self.longest) ?? 0
        notice = reader.integer("notice", in: 0...Self.longest) ?? usual.notice
        durationInSeconds = reader.integer("durationInSeconds", in: -1...Self.longest) ?? usual.duration
        impact = reader.integer("impact", in: 0...Self.longest) ?? usual.impact
        state = reader.choice("state", InitialState.self) ?? .scheduled
        cancelledAfter = reader.integer("cancelledAfter", in: 1...Self.longest)
        let content = [
            self.kind.rawValue, resources.map { "\($0)" } ?? "", source.rawValue, description, "\(after)", "\(notice)",
            "\(durationInSeconds)", "\(impact)", state.rawValue, cancelledAfter.map { "\($0)" } ?? "",
        ]
        id = given ?? makeID(content.joined(separator: "/"))
        complainOfContradictions(&reader)
    }

    /// What no event can be: one that happens to nobody, or one that is called off after it has started.
    private func complainOfContradictions(_ reader: inout FieldReader) {
        if resources?.isEmpty == true, reader.problems.isEmpty {
            reader.complain("resources", found: "an empty list", allowed: "names of machines, or no field for the served machine")
        }
        if state == .started, reader.has("notice") {
            reader.complain("notice", found: "\(notice)", allowed: "no field, for an event whose state is started has no notice")
        }
        guard let cancelledAfter else { return }
        if state == .started {
            reader.complain("cancelledAfter", found: "\(cancelledAfter)", allowed: "no field, for a started event is not called off")
        } else if cancelledAfter >= notice {
            reader.complain(
                "cancelledAfter", found: "\(cancelledAfter)",
                allowed: "less than the notice of \(notice) s, for a started event is not called off")
        }
    }

    /// Reads `spec.scheduledEvents` of a node.
    ///
    /// An id that is left out follows from the node's name and from what the event says, so that an edit elsewhere in the list leaves the
    /// event what it was.
    static func list(ofNode node: String, _ spec: inout FieldReader) -> [ScheduledEvent] {
        var known: [String: Int] = [:]
        let events =
            spec.nestedList("scheduledEvents") { reader in
                ScheduledEvent(&reader) { content in
                    known[content, default: 0] += 1
                    return GUID(derivedFrom: "node/\(node)/scheduledEvent/\(content)/\(known[content, default: 1])").description
                }
            } ?? []
        var seen: Set<String> = []
        for (index, event) in events.enumerated() where !seen.insert(event.id.lowercased()).inserted {
            spec.complain("scheduledEvents[\(index)].id", found: "\"\(event.id)\", which another event has", allowed: "an id of its own")
        }
        return events
    }

    /// Reads one event from a request: a JSON object with the fields a manifest has.
    ///
    /// - Parameters:
    ///   - origin: what the problems name as the place, such as `POST /events`.
    ///   - makeID: the id when the object names none.
    /// - Throws: everything that is wrong with it.
    package static func read(
        _ bytes: [UInt8], from origin: String, makeID: () -> String
    ) throws(ManifestRefusal) -> ScheduledEvent {
        let documents: [ManifestDocument]
        do {
            documents = try ManifestText.documents(in: bytes, file: origin)
        } catch {
            throw ManifestRefusal(problems: [ManifestProblem(syntax: error)])
        }
        let place = ManifestPlace(file: origin, document: 0)
        guard documents.count == 1, let root = documents.first?.root, root.members != nil else {
            let found = documents.first.map { documents.count == 1 ? $0.root.shown : "\(documents.count) documents" } ?? "nothing"
            throw ManifestRefusal(problems: [
                ManifestProblem(place: place, object: "", path: "", found: found, allowed: "an object that describes one event")
            ])
        }
        var reader = FieldReader(root, path: "", mode: .strict, place: place, object: "ScheduledEvent")
        let event = ScheduledEvent(&reader) { _ in makeID() }
        reader.finish()
        guard reader.problems.isEmpty else { throw ManifestRefusal(problems: reader.problems) }
        return event
    }
}
