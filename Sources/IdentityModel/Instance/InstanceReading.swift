import ManifestReading
import WireFormats

extension FieldReader {
    /// Reads the part of an instance document that stands under a field, checked against the schema; nil when it is absent.
    ///
    /// - Parameter beside: reads fields that stand there too, though not on the wire.
    mutating func instance(_ name: String, beside: (inout FieldReader) -> Void = { _ in }) -> InstanceGiven? {
        guard let schema = InstanceSchema.root[name] else { return nil }
        return nested(name) { reader in
            beside(&reader)
            return reader.members(of: schema)
        }
    }

    private mutating func members(of schema: InstanceSchemaNode) -> InstanceGiven {
        guard case .object(let members) = schema else { return .object([:]) }
        var given: [String: InstanceGiven] = [:]
        for member in members {
            switch member.node {
            case .leaf(let row): given[member.name] = leaf(member.name, row)
            case .list(_, let element): given[member.name] = list(member.name, element)
            case .object: given[member.name] = nested(member.name) { $0.members(of: member.node) }
            }
        }
        return .object(given)
    }

    private mutating func list(_ name: String, _ element: InstanceSchemaNode) -> InstanceGiven? {
        nestedList(name) { $0.members(of: element) }.map { .list($0) }
    }

    /// A scalar as the wire's text: numbers and booleans may be written as such.
    private mutating func leaf(_ name: String, _ row: InstanceProperty) -> InstanceGiven? {
        guard let node = any(name) else { return nil }
        let text: String? =
            switch node.value {
            case .string(let text): text
            case .number(let text): text
            case .bool(let value): value ? "true" : "false"
            default: nil
            }
        guard let text, let accepted = row.kind.accepted(text) else {
            complain(name, found: node.shown, allowed: row.kind.allowed)
            return nil
        }
        return .text(accepted)
    }
}

extension InstanceProperty.Kind {
    /// The text as it goes on the wire; nil when it is none of this kind.
    ///
    /// Nothing at all is allowed everywhere: it is how the service says that a property does not apply.
    func accepted(_ text: String) -> String? {
        guard !text.isEmpty else { return self == .wireBoolean ? nil : "" }
        switch self {
        // Tests like short ids, and nobody is hurt by one.
        case .text, .guid: return text
        case .flag, .wireBoolean: return text == "true" || text == "false" ? text : nil
        case .count: return text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? text : nil
        case .mac:
            let digits = text.filter { $0 != ":" && $0 != "-" }.uppercased()
            return digits.utf8.count == 12 && digits.utf8.allSatisfy { $0.hexDigit != nil } ? digits : nil
        case .ipv4: return IPv4.parse(text) == nil ? nil : text
        case .ipv6: return text.contains(":") && text.utf8.allSatisfy { $0.hexDigit != nil || $0 == 0x3a || $0 == 0x2e } ? text : nil
        case .base64: return Base64.decode(text) == nil ? nil : text
        case .list: return nil
        }
    }

    /// What is allowed, for an error's text.
    var allowed: String {
        switch self {
        case .text, .guid: "a string"
        case .flag: "true, false or an empty string"
        case .wireBoolean: "true or false"
        case .count: "a whole number or an empty string"
        case .mac: "twelve hexadecimal digits, with or without separators"
        case .ipv4: "an IPv4 address or an empty string"
        case .ipv6: "an IPv6 address or an empty string"
        case .base64: "base64 or an empty string"
        case .list: "a list"
        }
    }
}
