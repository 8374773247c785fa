public import WireFormats

/// What a value of our own interface may be: it is written into the OpenAPI document, and what callers send is held to it.
public indirect enum JSONSchema: Sendable {
    /// Whatever JSON can say.
    case anything
    /// `true` or `false`.
    case boolean
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// Text, of a form that `format` names (`date-time`, `uuid`), which is told but not checked here.
    case string(format: String? = nil, lengths: ClosedRange<Int>? = nil)
    /// Text that matches a regular expression both ECMAScript and `matches` know; `told` says the same to people.
    case pattern(String, told: String, matches: @Sendable (String) -> Bool)
    /// One of these words.
    case choice([String])
    /// A list.
    case array(of: JSONSchema)
    /// An object with these members; others are allowed only when it is open.
    case object([Member], isOpen: Bool = false)
    /// An object whose members all have values of one kind.
    case map(of: JSONSchema)

    /// A member of an object.
    public struct Member: Sendable {
        /// Its name.
        public let name: String
        /// What it may be.
        public let schema: JSONSchema
        /// Whether it must be there.
        public let isRequired: Bool
        /// What it is for.
        public let summary: String?

        /// A member that must be there.
        public static func required(_ name: String, _ schema: JSONSchema, _ summary: String? = nil) -> Self {
            Self(name: name, schema: schema, isRequired: true, summary: summary)
        }

        /// A member that may be missing.
        public static func optional(_ name: String, _ schema: JSONSchema, _ summary: String? = nil) -> Self {
            Self(name: name, schema: schema, isRequired: false, summary: summary)
        }
    }

    /// Any text.
    public static let text = JSONSchema.string()
    /// An instant as we write it, RFC 3339.
    public static let instant = JSONSchema.string(format: "date-time")
    /// `NAMESPACE/NAME`, or `NAME` in the namespace default.
    public static let reference = JSONSchema.pattern("^[^/]+(/[^/]+)?$", told: "NAMESPACE/NAME") { text in
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count <= 2 && !parts.contains("")
    }

    /// The schema as OpenAPI 3.1, which is JSON Schema 2020-12, writes it.
    public var document: JSONValue {
        switch self {
        case .anything: return .object([])
        case .boolean: return ["type": "boolean"]
        case .integer(let range):
            return ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        case .string(let format, let lengths):
            var members = [JSONMember("type", "string")]
            if let format { members.append(JSONMember("format", .string(format))) }
            if let lengths {
                members.append(JSONMember("minLength", .integer(lengths.lowerBound)))
                if lengths.upperBound < Int.max { members.append(JSONMember("maxLength", .integer(lengths.upperBound))) }
            }
            return .object(members)
        case .pattern(let pattern, _, _): return ["type": "string", "pattern": .string(pattern)]
        case .choice(let words): return ["type": "string", "enum": .strings(words)]
        case .array(let element): return ["type": "array", "items": element.document]
        case .map(let value): return ["type": "object", "additionalProperties": value.document]
        case .object(let members, let isOpen):
            var document: [JSONMember] = [
                JSONMember("type", "object"),
                JSONMember("properties", .object(members.map { JSONMember($0.name, $0.document) })),
            ]
            let required = members.filter(\.isRequired).map(\.name)
            if !required.isEmpty { document.append(JSONMember("required", .strings(required))) }
            if !isOpen { document.append(JSONMember("additionalProperties", false)) }
            return .object(document)
        }
    }
}

extension JSONSchema.Member {
    fileprivate var document: JSONValue {
        guard let summary, case .object(let members) = schema.document else { return schema.document }
        return .object(members + [JSONMember("description", .string(summary))])
    }
}
