public import ManifestReading
public import WireFormats

extension JSONValue {
    /// The value of a manifest, without its lines.
    public init(_ node: ManifestNode) {
        switch node.value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number(let text): self = .number(text)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .array(elements.map { JSONValue($0) })
        case .mapping(let members): self = .object(members.map { JSONMember($0.name, JSONValue($0.node)) })
        }
    }
}
