import WireFormats

extension JSONSchema {
    /// What is wrong with a value, in a sentence that names the place; nil when nothing is.
    ///
    /// - Parameter place: the member or parameter that holds it; empty for the whole.
    func problem(in value: JSONValue, at place: String) -> String? {
        switch (self, value) {
        case (.anything, _), (.boolean, .bool): return nil
        case (.integer(let range), _):
            return value.wholeNumber.map(range.contains) == true ? nil : Self.sentence(place, value, allowed)
        case (.string(_, nil), .string): return nil
        case (.string(_, let lengths?), .string(let text)):
            return lengths.contains(text.unicodeScalars.count) ? nil : Self.sentence(place, value, allowed)
        case (.pattern(_, _, let matches), .string(let text)): return matches(text) ? nil : Self.sentence(place, value, allowed)
        case (.choice(let words), .string(let text)): return words.contains(text) ? nil : Self.sentence(place, value, allowed)
        case (.array(let schema), .array(let elements)):
            for (index, element) in elements.enumerated() {
                if let problem = schema.problem(in: element, at: "\(place)[\(index)]") { return problem }
            }
            return nil
        case (.map(let schema), .object(let members)):
            for member in members {
                if let problem = schema.problem(in: member.value, at: Self.joined(place, member.name)) { return problem }
            }
            return nil
        case (.object(let schemas, let isOpen), .object(let members)):
            return Self.problem(in: members, schemas, isOpen: isOpen, at: place)
        default: return Self.sentence(place, value, allowed)
        }
    }

    /// What is wrong with the text of a parameter.
    func problem(inText text: String, of name: String) -> String? {
        switch self {
        case .integer: problem(in: Int(text).map { .integer($0) } ?? .string(text), at: name)
        case .boolean: problem(in: text == "true" ? true : text == "false" ? false : .string(text), at: name)
        case .array(let element): element.problem(inText: text, of: name)
        default: problem(in: .string(text), at: name)
        }
    }

    /// What is allowed, for people.
    var allowed: String {
        switch self {
        case .anything: "anything"
        case .boolean: "true or false"
        case .integer(let range):
            range.upperBound == Int.max
                ? "a whole number, \(range.lowerBound) or more" : "a number from \(range.lowerBound) to \(range.upperBound)"
        case .string(_, let lengths):
            lengths.map { $0.upperBound == Int.max ? "text" : "text of \($0.lowerBound) to \($0.upperBound) characters" } ?? "text"
        case .pattern(_, let told, _): told
        case .choice(let words): words.joined(separator: ", ")
        case .array(let element): "a list, each \(element.allowed)"
        case .map: "an object"
        case .object(let members, let isOpen):
            isOpen || members.isEmpty ? "an object" : "an object of \(members.map(\.name).joined(separator: ", "))"
        }
    }

    private static func problem(in members: [JSONMember], _ schemas: [Member], isOpen: Bool, at place: String) -> String? {
        for member in members {
            guard let schema = schemas.first(where: { $0.name == member.name })?.schema else {
                if isOpen { continue }
                let names = schemas.map(\.name).joined(separator: ", ")
                return "unknown member \"\(joined(place, member.name))\"; allowed: \(names.isEmpty ? "none" : names)"
            }
            if let problem = schema.problem(in: member.value, at: joined(place, member.name)) { return problem }
        }
        for schema in schemas where schema.isRequired && !members.contains(where: { $0.name == schema.name }) {
            return "\(joined(place, schema.name)): found nothing; allowed: \(schema.schema.allowed)"
        }
        return nil
    }

    private static func joined(_ place: String, _ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    private static func sentence(_ place: String, _ value: JSONValue, _ allowed: String) -> String {
        let text = value.rendered()
        let found = text.count > 200 ? "\(text.prefix(200))…" : text
        return "\(place.isEmpty ? "the body" : place): found \(found); allowed: \(allowed)"
    }
}
