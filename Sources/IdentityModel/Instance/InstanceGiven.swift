/// What a manifest says of an instance: the part of the tree that is given, values as the wire's text.
public indirect enum InstanceGiven: Hashable, Sendable {
    case text(String)
    case list([InstanceGiven])
    case object([String: InstanceGiven])

    /// The member of that name, if this is an object that has one.
    public subscript(name: String) -> InstanceGiven? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// The text, if this is one.
    public var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// The elements, if this is a list.
    public var elements: [InstanceGiven]? {
        guard case .list(let elements) = self else { return nil }
        return elements
    }

    /// The text at a path of names parted by dots; lists are not entered.
    public func text(at path: String) -> String? {
        var node: InstanceGiven? = self
        for name in path.split(separator: ".") { node = node?[String(name)] }
        return node?.text
    }
}
