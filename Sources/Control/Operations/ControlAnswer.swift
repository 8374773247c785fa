public import HTTPServing

/// One way in which an operation may answer.
public struct ControlAnswer: Sendable {
    /// The status.
    public let status: HTTPStatus
    /// What it means.
    public let summary: String
    /// The body's media types, each with what it holds.
    public let contents: [(mediaType: String, schema: JSONSchema)]

    /// A JSON document.
    public static func document(
        _ schema: JSONSchema = .object([], isOpen: true), status: HTTPStatus = .ok, _ summary: String = "Done."
    ) -> Self {
        Self(status: status, summary: summary, contents: [("application/json", schema)])
    }

    /// A refusal in a sentence, with the places if there are several.
    public static func problem(_ status: HTTPStatus, _ summary: String) -> Self {
        Self(status: status, summary: summary, contents: [("application/json", Self.refusal)])
    }

    /// Text, or bytes, of a media type.
    public static func text(_ mediaType: String, _ summary: String) -> Self {
        Self(status: .ok, summary: summary, contents: [(mediaType, .text)])
    }

    static let refusal = JSONSchema.object([
        .required("error", .text, "What is wrong: the place, what was found, what is allowed."),
        .optional("problems", .array(of: .text), "Each problem, where there are several."),
    ])
}
