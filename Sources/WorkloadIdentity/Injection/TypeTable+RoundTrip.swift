import WireFormats

/// Why a document cannot be read as a structure; the text is what Go's decoder says.
struct DecodeFailure: Error, Hashable {
    let text: String
}

extension TypeTable {
    /// What becomes of `value` when Go reads it into a structure and writes it again.
    ///
    /// Unknown fields and zero values go, fields that are always written come, quantities and times get their canonical form. Fields keep
    /// the order in which they were written; what comes is put last.
    ///
    /// - Throws: when a value is not of its field's type.
    func roundTrip(_ value: JSONValue, as structure: String) throws(DecodeFailure) -> JSONValue {
        try written(value, .structure(structure), Place(structure: structure, path: ""))
    }

    /// Where a value stands, as Go's decoder tells it: the structure whose field it is, and the path from the root.
    private struct Place {
        let structure: String
        let path: String

        func field(_ name: String, of structure: String) -> Place {
            Place(structure: structure, path: path.isEmpty ? name : "\(path).\(name)")
        }
    }

    private func written(_ value: JSONValue, _ shape: Shape, _ place: Place) throws(DecodeFailure) -> JSONValue {
        if value == .null { return zero(shape) }
        switch (shape, value) {
        case (.any, _), (.string, .string), (.bool, .bool), (.intOrString, .string): return value
        case (.pointer(let target), _): return try written(value, target, place)
        case (.int32, .number(let text)): return try integer(Int32(text).map(Int64.init), text, "int32", place)
        case (.intOrString, .number(let text)): return try integer(Int32(text).map(Int64.init), text, "int32", place)
        case (.int64, .number(let text)): return try integer(Int64(text), text, "int64", place)
        case (.quantity, .string(let text)), (.quantity, .number(let text)):
            guard let canonical = Quantity.canonical(text) else { throw DecodeFailure(text: Quantity.refusal) }
            return .string(canonical)
        case (.time, .string(let text)):
            guard let canonical = KubernetesTime.canonical(text) else {
                let shown = GoText.quoted(text)
                throw DecodeFailure(
                    text: "parsing time \(shown) as \"2006-01-02T15:04:05Z07:00\": cannot parse \(shown) as \"2006\"")
            }
            return .string(canonical)
        case (.list(let element), .array(let elements)):
            var out: [JSONValue] = []
            for value in elements { out.append(try written(value, element, place)) }
            return .array(out)
        case (.map(let element), .object(let members)):
            var out: [JSONMember] = []
            for member in lastOfEachName(members) { out.append(JSONMember(member.name, try written(member.value, element, place))) }
            return .object(out)
        case (.structure(let name), .object(let members)): return try structure(name, members, place)
        default: throw mismatch(value, shape, place)
        }
    }

    private func structure(_ name: String, _ members: [JSONMember], _ place: Place) throws(DecodeFailure) -> JSONValue {
        let fields = structures[name] ?? []
        var out: [JSONMember] = []
        for member in lastOfEachName(members) {
            guard let field = fields.first(where: { $0.name == member.name }) else { continue }
            let value = try written(member.value, field.shape, place.field(field.name, of: name))
            switch field.presence {
            case .always: break
            case .whenSet: if member.value == .null { continue }
            case .whenNotZero: if isZero(value) { continue }
            }
            out.append(JSONMember(field.name, value))
        }
        for field in fields where field.presence == .always && !members.contains(where: { $0.name == field.name }) {
            out.append(JSONMember(field.name, zero(field.shape)))
        }
        return .object(out)
    }

    /// Of a name given twice the last value counts.
    ///
    /// A hostile object may have very many names, so they are not compared pair by pair.
    private func lastOfEachName(_ members: [JSONMember]) -> [JSONMember] {
        var last: [String: Int] = [:]
        for (index, member) in members.enumerated() { last[member.name] = index }
        guard last.count < members.count else { return members }
        return members.enumerated().filter { last[$1.name] == $0 }.map(\.element)
    }

    private func isZero(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool(false), .string(""), .array([]), .object([]), .number("0"): true
        default: false
        }
    }

    /// What Go writes for a field that was never set.
    private func zero(_ shape: Shape) -> JSONValue {
        switch shape {
        case .string: ""
        case .bool: false
        case .int32, .int64, .intOrString: 0
        case .quantity: "0"
        case .time, .any, .list, .map, .pointer: .null
        case .structure(let name):
            .object((structures[name] ?? []).filter { $0.presence == .always }.map { JSONMember($0.name, zero($0.shape)) })
        }
    }

    private func integer(_ value: Int64?, _ text: String, _ type: String, _ place: Place) throws(DecodeFailure) -> JSONValue {
        guard let value else { throw mismatch("number \(text)", type, place) }
        return .integer(value)
    }

    private func mismatch(_ value: JSONValue, _ shape: Shape, _ place: Place) -> DecodeFailure {
        mismatch(value.goKind, goName(shape), place)
    }

    private func mismatch(_ found: String, _ type: String, _ place: Place) -> DecodeFailure {
        let target = place.path.isEmpty ? "value" : "struct field \(place.structure).\(place.path)"
        return DecodeFailure(text: "json: cannot unmarshal \(found) into Go \(target) of type \(type)")
    }

    private func goName(_ shape: Shape) -> String {
        switch shape {
        case .string: "string"
        case .bool: "bool"
        case .int32: "int32"
        case .int64: "int64"
        case .quantity: "resource.Quantity"
        case .intOrString: "intstr.IntOrString"
        case .time: "string"
        case .any: "interface {}"
        case .list(let element): "[]\(goName(element))"
        case .map(let element): "map[string]\(goName(element))"
        case .pointer(let target): goName(target)
        case .structure(let name): "v1.\(name)"
        }
    }
}
