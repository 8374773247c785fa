/// The schema's rows as a tree.
indirect enum InstanceSchemaNode: Sendable {
    case leaf(InstanceProperty)
    case list(InstanceProperty, element: InstanceSchemaNode)
    case object([(name: String, node: InstanceSchemaNode)])

    /// The tree of rows that stand in order, so that the rows of one subtree follow each other.
    init(_ properties: [InstanceProperty]) { self = Self.build(properties[...], depth: 0) }

    private static func build(_ rows: ArraySlice<InstanceProperty>, depth: Int) -> InstanceSchemaNode {
        var members: [(name: String, node: InstanceSchemaNode)] = []
        var rest = rows
        while let first = rest.first {
            let name = segment(first, depth)
            let same = rest.prefix { segment($0, depth) == name }
            rest = rest.dropFirst(same.count)
            let plain = name.hasSuffix("[]") ? String(name.dropLast(2)) : name
            let isLast = first.path.split(separator: ".").count == depth + 1
            if name.hasSuffix("[]") {
                members.append((plain, .list(first, element: build(same.dropFirst(), depth: depth + 1))))
            } else {
                members.append((plain, isLast ? .leaf(first) : build(same, depth: depth + 1)))
            }
        }
        return .object(members)
    }

    private static func segment(_ row: InstanceProperty, _ depth: Int) -> String { String(row.path.split(separator: ".")[depth]) }

    /// The first api-version in which any of it exists.
    var since: String {
        switch self {
        case .leaf(let row), .list(let row, _): row.since
        case .object(let members): members.map(\.node.since).min() ?? ""
        }
    }

    /// The member of that name; nil when there is none, or this is no object.
    subscript(name: String) -> InstanceSchemaNode? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.node
    }
}
