import ManifestReading

/// The documents of a text.
func documents(_ text: String) throws -> [ManifestDocument] { try ManifestText.documents(in: Array(text.utf8), file: "m.yaml") }

/// The only document's content, written as JSON.
func json(_ text: String) throws -> String { try documents(text).map { json($0.root) }.joined(separator: "|") }

/// The error a text is refused with, or nil when it is accepted.
func refusal(_ text: String) -> ManifestSyntaxError? { refusal(Array(text.utf8)) }

func refusal(_ bytes: [UInt8]) -> ManifestSyntaxError? {
    do {
        _ = try ManifestText.documents(in: bytes, file: "m.yaml")
        return nil
    } catch { return error }
}

/// Enough of JSON to compare by.
func json(_ node: ManifestNode) -> String {
    switch node.value {
    case .null: "null"
    case .bool(let boolean): "\(boolean)"
    case .number(let number): number
    case .string(let text): text.debugDescription
    case .array(let elements): "[" + elements.map { json($0) }.joined(separator: ",") + "]"
    case .mapping(let members): "{" + members.map { "\($0.name.debugDescription):\(json($0.node))" }.joined(separator: ",") + "}"
    }
}
