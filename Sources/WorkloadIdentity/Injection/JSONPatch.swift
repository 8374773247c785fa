import WireFormats

/// The difference between two documents as a JSON Patch (RFC 6902), made as `gomodules.xyz/jsonpatch` makes it.
///
/// The original walks maps in no particular order; here the order is that of the new document, removals last.
enum JSONPatch {
    /// The operations that turn `old` into `new`; empty when they are equal.
    static func difference(from old: JSONValue, to new: JSONValue) -> [JSONValue] {
        var operations: [JSONValue] = []
        compare(old, new, at: "", into: &operations)
        return operations
    }

    private static func compare(_ old: JSONValue, _ new: JSONValue, at path: String, into operations: inout [JSONValue]) {
        switch (old, new) {
        case (.object(let before), .object(let after)):
            // Looked up by name, for a hostile object may have very many; of a name given twice the last value counts.
            let was = Dictionary(before.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            let names = Set(after.map(\.name))
            for member in after {
                let place = "\(path)/\(escaped(member.name))"
                if let value = was[member.name] {
                    compare(value, member.value, at: place, into: &operations)
                } else {
                    operations.append(add(place, member.value))
                }
            }
            var removed: Set<String> = []
            for member in before where !names.contains(member.name) && removed.insert(member.name).inserted {
                operations.append(["op": "remove", "path": .string("\(path)/\(escaped(member.name))")])
            }
        case (.array(let before), .array(let after)):
            let common = min(before.count, after.count)
            for index in (common..<max(common, before.count)).reversed() {
                operations.append(["op": "remove", "path": .string("\(path)/\(index)")])
            }
            for index in common..<max(common, after.count) { operations.append(add("\(path)/\(index)", after[index])) }
            for index in 0..<common { compare(before[index], after[index], at: "\(path)/\(index)", into: &operations) }
        case (.number(let before), .number(let after)) where Double(before) == Double(after): break
        default:
            guard old != new else { return }
            operations.append(["op": "replace", "path": .string(path), "value": sorted(new)])
        }
    }

    private static func add(_ path: String, _ value: JSONValue) -> JSONValue {
        ["op": "add", "path": .string(path), "value": sorted(value)]
    }

    /// RFC 6901 §3.
    private static func escaped(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        return name.unicodeScalars.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
    }

    /// Go writes a map's members in the order of their names' bytes.
    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map { JSONMember($0.name, sorted($0.value)) })
        case .array(let elements): .array(elements.map(sorted))
        default: value
        }
    }
}
