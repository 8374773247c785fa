/// A document of `/metadata/instance` with all its properties, each member with the api-version that introduced it.
public indirect enum InstanceTree: Hashable, Sendable {
    /// A JSON string.
    case text(String)
    /// A JSON boolean: `extended.compute.hasCustomData` alone.
    case boolean(Bool)
    case list([InstanceTree])
    /// Members in the order of the wire.
    case object([InstanceMember])

    /// The member of that name, whatever its version; nil when there is none, or this is no object.
    public subscript(name: String) -> InstanceTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text at a path of names parted by dots; nil when nothing, or no text, is there.
    public func text(at path: String) -> String? {
        var node: InstanceTree? = self
        for name in path.split(separator: ".") { node = node?[String(name)] }
        guard case .text(let text) = node else { return nil }
        return text
    }

    /// The elements, if this is a list.
    public var elements: [InstanceTree]? {
        guard case .list(let elements) = self else { return nil }
        return elements
    }
}

/// One name and value of an instance document.
public struct InstanceMember: Hashable, Sendable {
    /// The name on the wire.
    public let name: String
    /// The first api-version that shows it; empty for every version.
    public let since: String
    /// What stands there.
    public let value: InstanceTree

    /// A member from its parts.
    public init(name: String, since: String, value: InstanceTree) {
        self.name = name
        self.since = since
        self.value = value
    }
}
