package import ManifestReading

/// Reads the fields of one mapping and remembers which were asked for, so that what is left over is known to be unknown.
///
/// In strict mode (our own kinds) an unknown field or a value of the wrong shape is a problem. In pruning mode (Kubernetes kinds)
/// unknown fields are dropped silently, as a structural schema does, and an odd value is reported as a warning and read as absent.
/// Values are never coerced: a quoted number is not a number.
package struct FieldReader {
    package enum Mode: Sendable { case strict, pruning }

    private let members: [ManifestMember]
    private let path: String
    private var mode: Mode
    private let place: ManifestPlace
    private let object: String
    /// Whether problems name only the kind of a value: set for objects that carry secrets.
    private let hidesValues: Bool
    private var asked: Set<String> = []
    package private(set) var problems: [ManifestProblem] = []

    package init(
        _ node: ManifestNode?, path: String, mode: Mode, place: ManifestPlace, object: String, hidesValues: Bool = false
    ) {
        self.path = path
        self.mode = mode
        self.place = place
        self.object = object
        self.hidesValues = hidesValues
        members = node?.members ?? []
        if let node, node.members == nil, node.value != .null { report(node, at: path, allowed: "a mapping") }
    }

    /// Whether the field is present and not null.
    package func has(_ name: String) -> Bool { members.contains { $0.name == name && $0.node.value != .null } }

    package mutating func string(_ name: String) -> String? {
        guard let node = take(name) else { return nil }
        guard let text = node.text else { return reject(node, name, allowed: "a string") }
        return text
    }

    /// A string that is a secret: what stands there instead of one is told by its kind only.
    package mutating func secret(_ name: String) -> String? {
        guard let node = take(name) else { return nil }
        guard let text = node.text else {
            report(node, at: join(name), allowed: "a string", hidden: true)
            return nil
        }
        return text
    }

    /// A string that `accept` takes; otherwise a problem that says what is allowed.
    package mutating func string(_ name: String, allowed: String, where accept: (String) -> Bool) -> String? {
        guard let node = take(name) else { return nil }
        guard let text = node.text, accept(text) else { return reject(node, name, allowed: allowed) }
        return text
    }

    package mutating func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        guard let node = take(name) else { return nil }
        guard let text = node.text, let choice = Choice(rawValue: text) else {
            return reject(node, name, allowed: Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    package mutating func bool(_ name: String) -> Bool? {
        guard let node = take(name) else { return nil }
        guard case .bool(let value) = node.value else { return reject(node, name, allowed: "true or false") }
        return value
    }

    package mutating func integer(_ name: String, in range: ClosedRange<Int> = Int.min...Int.max) -> Int? {
        guard let node = take(name) else { return nil }
        guard case .number(let text) = node.value, let value = Int(text), range.contains(value) else {
            let allowed =
                switch (range.lowerBound, range.upperBound) {
                case (.min, .max): ""
                case (let least, .max): " of \(least) or more"
                case (let least, let most): " from \(least) to \(most)"
                }
            return reject(node, name, allowed: "a whole number\(allowed)")
        }
        return value
    }

    package mutating func strings(_ name: String) -> [String]? {
        guard let nodes = list(name) else { return nil }
        var result: [String] = []
        for (index, node) in nodes.enumerated() {
            if let text = node.text {
                result.append(text)
            } else {
                report(node, at: "\(join(name))[\(index)]", allowed: "a string")
            }
        }
        return result
    }

    /// Strings by name; odd values that are `secret` are told by their kind only.
    package mutating func stringMap(_ name: String, secret: Bool = false) -> [String: String]? {
        guard let node = take(name) else { return nil }
        guard let members = node.members else {
            report(node, at: join(name), allowed: "a mapping of strings", hidden: secret)
            return nil
        }
        var result: [String: String] = [:]
        for member in members {
            if let text = member.node.text {
                result[member.name] = text
            } else {
                report(member.node, at: "\(join(name)).\(member.name)", allowed: "a string", hidden: secret)
            }
        }
        return result
    }

    package mutating func list(_ name: String) -> [ManifestNode]? {
        guard let node = take(name) else { return nil }
        guard let nodes = node.elements else { return reject(node, name, allowed: "a list") }
        return nodes
    }

    /// Any value, for fields whose content is read elsewhere.
    package mutating func any(_ name: String) -> ManifestNode? { take(name) }

    /// Reads a nested mapping; its problems become this reader's.
    package mutating func nested<Result>(_ name: String, _ body: (inout FieldReader) -> Result) -> Result? {
        guard let node = take(name) else { return nil }
        guard node.members != nil else { return reject(node, name, allowed: "a mapping") }
        return nested(node, at: join(name), body)
    }

    /// Reads each element of a list of mappings.
    package mutating func nestedList<Result>(_ name: String, _ body: (inout FieldReader) -> Result) -> [Result]? {
        guard let nodes = list(name) else { return nil }
        return nodes.enumerated().map { index, node in nested(node, at: "\(join(name))[\(index)]", body) }
    }

    /// Reports that a field must be there.
    package mutating func missing(_ name: String, allowed: String) {
        problems.append(ManifestProblem(place: place, object: object, path: join(name), found: "nothing", allowed: allowed))
    }

    /// Reports a value that was read but cannot stand.
    package mutating func complain(_ name: String, found: String, allowed: String) {
        let line = members.first { $0.name == name }?.node.line ?? 0
        problems.append(ManifestProblem(place: place, line: line, object: object, path: join(name), found: found, allowed: allowed))
    }

    /// From here on unknown fields of this mapping are nobody's business.
    package mutating func pruneTheRest() { mode = .pruning }

    /// A reader for a nested mapping whose problems the caller hands back by `adopt`; an absent field reads as empty.
    package mutating func reader(for name: String) -> FieldReader {
        FieldReader(take(name), path: join(name), mode: mode, place: place, object: object, hidesValues: hidesValues)
    }

    /// Takes over the problems of a reader made by `reader(for:)`.
    package mutating func adopt(_ nested: FieldReader) { problems += nested.problems }

    /// Call once all fields were asked for: in strict mode the ones never asked for become problems.
    package mutating func finish() {
        guard mode == .strict else { return }
        for member in members where !asked.contains(member.name) {
            let names = asked.sorted().joined(separator: ", ")
            problems.append(
                ManifestProblem(
                    place: place, line: member.nameLine, object: object, path: join(member.name), found: "an unknown field",
                    allowed: names.isEmpty ? "no field here" : names))
        }
    }

    private mutating func nested<Result>(_ node: ManifestNode, at path: String, _ body: (inout FieldReader) -> Result) -> Result {
        var reader = FieldReader(node, path: path, mode: mode, place: place, object: object, hidesValues: hidesValues)
        let result = body(&reader)
        reader.finish()
        problems += reader.problems
        return result
    }

    /// The field's node; null reads as absent, as Kubernetes does.
    private mutating func take(_ name: String) -> ManifestNode? {
        asked.insert(name)
        guard let node = members.first(where: { $0.name == name })?.node, node.value != .null else { return nil }
        return node
    }

    private mutating func reject<Value>(_ node: ManifestNode, _ name: String, allowed: String) -> Value? {
        report(node, at: join(name), allowed: allowed)
        return nil
    }

    private mutating func report(_ node: ManifestNode, at path: String, allowed: String, hidden: Bool = false) {
        problems.append(
            ManifestProblem(
                place: place, line: node.line, object: object, path: path, found: hidesValues || hidden ? node.kindName : node.shown,
                allowed: allowed
            ))
    }

    private func join(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

extension ManifestNode {
    /// The value as a person would quote it in an error: scalars in full (at most 80 characters), containers by kind.
    package var shown: String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let text): text
        case .string(let text): text.count > 80 ? "\"\(text.prefix(80))…\"" : "\"\(text)\""
        case .array: "a list"
        case .mapping: "a mapping"
        }
    }
}
