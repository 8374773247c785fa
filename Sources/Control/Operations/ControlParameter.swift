/// One thing that a caller may say in path or query.
public struct ControlParameter: Sendable {
    /// Where it stands.
    public enum Place: String, Sendable {
        case path
        case query
    }

    /// Its name.
    public let name: String
    /// Where it stands.
    public let place: Place
    /// What it may be; of a list, each time it is given.
    public let schema: JSONSchema
    /// Whether it must be given; what stands in the path always is.
    public let isRequired: Bool
    /// What it is for.
    public let summary: String
    /// A value that is likely to be there.
    let example: String?

    /// A segment of the path, where it is not just any text.
    public static func path(_ name: String, _ schema: JSONSchema, _ summary: String, example: String? = nil) -> Self {
        Self(name: name, place: .path, schema: schema, isRequired: true, summary: summary, example: example)
    }

    /// A parameter of the query; one whose schema is a list may be given again and again.
    public static func query(_ name: String, _ schema: JSONSchema, _ summary: String, isRequired: Bool = false) -> Self {
        Self(name: name, place: .query, schema: schema, isRequired: isRequired, summary: summary, example: nil)
    }
}

/// What is sent along with a request.
public struct ControlBody: Sendable {
    /// The media type it is told to have; what is sent is read as such whatever it calls itself.
    public let mediaType: String
    /// What it may be; of text, only told.
    public let schema: JSONSchema
    /// Whether it must be there.
    public let isRequired: Bool
    /// Whether it is held to its schema before the operation runs.
    let isChecked: Bool
    /// Something that may be sent.
    let example: String?

    /// A JSON document, which is held to its schema before the operation runs.
    public static func json(_ schema: JSONSchema, isRequired: Bool = true) -> Self {
        Self(mediaType: "application/json", schema: schema, isRequired: isRequired, isChecked: true, example: nil)
    }

    /// A JSON document that the operation itself judges, problem by problem.
    public static func judged(_ schema: JSONSchema) -> Self {
        Self(mediaType: "application/json", schema: schema, isRequired: true, isChecked: false, example: nil)
    }

    /// Text that the operation itself judges.
    public static func text(_ mediaType: String, example: String? = nil) -> Self {
        Self(mediaType: mediaType, schema: .string(lengths: 1...Int.max), isRequired: true, isChecked: false, example: example)
    }
}
