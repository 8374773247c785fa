/// A value of a manifest and the line on which it stands.
///
/// Members keep the order in which they were written; names are unique within a mapping.
public struct ManifestNode: Sendable, Hashable {
    /// What a manifest can hold: the values of JSON.
    public enum Value: Sendable, Hashable {
        case null
        case bool(Bool)
        /// The number's text as it was written, in JSON spelling: hexadecimal, octal, binary, underscored and signed forms are rewritten.
        case number(String)
        case string(String)
        case array([ManifestNode])
        case mapping([ManifestMember])
    }

    /// The value.
    public let value: Value
    /// The line on which the value starts, counted from 1.
    ///
    /// What an alias stands for keeps the line of its anchor.
    public let line: Int

    /// Pairs a value with its line.
    public init(_ value: Value, line: Int) {
        self.value = value
        self.line = line
    }

    /// What kind of value this is, as an error text names it: "a mapping", "a string", "nothing".
    public var kindName: String {
        switch value {
        case .null: "nothing"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .mapping: "a mapping"
        }
    }

    /// The value of the member called `name`, if this is a mapping that has one.
    public subscript(name: String) -> ManifestNode? {
        guard case .mapping(let members) = value else { return nil }
        return members.first { $0.name == name }?.node
    }

    /// Whether nothing is written here: an empty value or `null`.
    public var isNull: Bool { value == .null }

    /// The text, if this is a string.
    public var text: String? {
        guard case .string(let text) = value else { return nil }
        return text
    }

    /// The boolean, if this is one.
    public var boolean: Bool? {
        guard case .bool(let boolean) = value else { return nil }
        return boolean
    }

    /// The number's text, if this is a number.
    public var number: String? {
        guard case .number(let number) = value else { return nil }
        return number
    }

    /// The members in the order of the manifest, if this is a mapping.
    public var members: [ManifestMember]? {
        guard case .mapping(let members) = value else { return nil }
        return members
    }

    /// The elements, if this is a list.
    public var elements: [ManifestNode]? {
        guard case .array(let elements) = value else { return nil }
        return elements
    }
}

/// One name of a mapping and its value.
public struct ManifestMember: Sendable, Hashable {
    /// The name.
    ///
    /// A number or boolean used as a name is its text, as Kubernetes converts it.
    public let name: String
    /// The line on which the name stands, counted from 1.
    public let nameLine: Int
    /// The value.
    public let node: ManifestNode

    /// Pairs a name with its value.
    public init(name: String, nameLine: Int, node: ManifestNode) {
        self.name = name
        self.nameLine = nameLine
        self.node = node
    }
}

/// One document of a manifest file.
public struct ManifestDocument: Sendable, Hashable {
    /// The document's number in its file, counted from 1.
    ///
    /// Empty documents are left out of results but take up a number, so that the number is what a person gets who counts the separators.
    public let index: Int
    /// The line on which the content starts, counted from 1.
    public let line: Int
    /// The content; never null.
    public let root: ManifestNode

    /// Makes a document.
    public init(index: Int, line: Int, root: ManifestNode) {
        self.index = index
        self.line = line
        self.root = root
    }
}
