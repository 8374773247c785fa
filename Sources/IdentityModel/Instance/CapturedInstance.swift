public import WireFormats

/// Why a captured instance document cannot be served.
public struct CapturedInstanceError: Error, Hashable, CustomStringConvertible {
    /// Where, as a path of names.
    public let path: String
    /// What stands there.
    public let found: String
    /// What may stand there.
    public let allowed: String

    /// One line.
    public var description: String { "\(path.isEmpty ? "the document" : path): found \(found); allowed: \(allowed)" }
}

extension InstanceDocument {
    /// The document of a real machine, as `curl …/metadata/instance?api-version=…` gave it.
    ///
    /// It is served version by version: what the schema says is newer than the version asked for is left out. What the schema knows to be
    /// newer than anything in the capture is added as the service writes what does not apply, `""` or `[]`; what the capture lacks
    /// otherwise was lacking there too. Members that the schema does not know are in every version.
    public convenience init(capture: JSONValue) throws(CapturedInstanceError) {
        guard case .object = capture, case .object? = capture["compute"] else {
            throw CapturedInstanceError(
                path: capture["vmId"] == nil ? "" : "compute", found: capture["vmId"] == nil ? "something else" : "its content alone",
                allowed: "the whole answer of /metadata/instance, an object with the members compute and network")
        }
        let newest = InstanceTree.newest(in: capture, InstanceSchema.root) ?? ""
        self.init(captured: try InstanceTree(capture, InstanceSchema.root, newest: newest, path: ""))
    }
}

extension InstanceTree {
    /// The newest `since` of anything in a capture.
    fileprivate static func newest(in value: JSONValue, _ schema: InstanceSchemaNode) -> String? {
        switch (value, schema) {
        case (.object(let members), .object):
            members.compactMap { member in schema[member.name].flatMap { newest(in: member.value, $0) } }.max()
        case (.array(let elements), .list(let row, let element)):
            (elements.compactMap { newest(in: $0, element) } + [row.since]).max()
        default: schema.since
        }
    }

    fileprivate init(
        _ value: JSONValue, _ schema: InstanceSchemaNode?, newest: String, path: String
    ) throws(CapturedInstanceError) {
        switch value {
        case .string(let text): self = .text(text)
        case .bool(let flag): self = .boolean(flag)
        case .array(let elements):
            var list: [InstanceTree] = []
            for (place, element) in elements.enumerated() {
                var inner: InstanceSchemaNode?
                if case .list(_, let node)? = schema { inner = node }
                list.append(try InstanceTree(element, inner, newest: newest, path: "\(path)[\(place)]"))
            }
            self = .list(list)
        case .object(let members):
            var all: [InstanceMember] = []
            for member in members {
                let known = schema?[member.name]
                let inner = path.isEmpty ? member.name : "\(path).\(member.name)"
                all.append(
                    InstanceMember(
                        name: member.name, since: known?.since ?? "",
                        value: try InstanceTree(member.value, known, newest: newest, path: inner)))
            }
            if case .object(let known)? = schema {
                for (name, node) in known where node.since > newest && !all.contains(where: { $0.name == name }) {
                    if case .leaf(let row) = node, case .absent = row.fallback { continue }
                    all.append(InstanceMember(name: name, since: node.since, value: InstanceTree(inapplicable: node)))
                }
            }
            self = .object(Self.ordered(all))
        case .number, .null:
            throw CapturedInstanceError(
                path: path, found: value.rendered(), allowed: "a string, list or object; the service writes numbers as strings")
        }
    }

    /// What the service writes where a property does not apply.
    private init(inapplicable node: InstanceSchemaNode) {
        switch node {
        case .leaf(let row): self = row.kind == .wireBoolean ? .boolean(false) : .text("")
        case .list: self = .list([])
        case .object(let members):
            self = .object(
                members.map { InstanceMember(name: $0.name, since: $0.node.since, value: InstanceTree(inapplicable: $0.node)) })
        }
    }

    /// Ordinal by name, `extended` last, as the service writes them, in whatever order a tool has left them.
    private static func ordered(_ members: [InstanceMember]) -> [InstanceMember] {
        members.sorted { left, right in
            if (left.name == "extended") != (right.name == "extended") { return right.name == "extended" }
            return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
    }
}
