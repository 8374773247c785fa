/// Why a manifest could not be read, and where.
public struct ManifestSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's name, as it was given.
    public let file: String
    /// The number of the document in which it happened, counted from 1.
    public let document: Int
    /// The line, counted from 1.
    public let line: Int
    /// The column in characters, counted from 1; 0 when the line as a whole is meant.
    public let column: Int
    /// What is wrong, in plain words.
    public let reason: String
    /// What to try, where there is a usual mistake behind such an error.
    public let hint: String?

    /// Makes an error.
    public init(file: String, document: Int, line: Int, column: Int, reason: String, hint: String? = nil) {
        self.file = file
        self.document = document
        self.line = line
        self.column = column
        self.reason = reason
        self.hint = hint
    }

    /// File, place, reason and hint on one line, for people.
    public var description: String {
        let place = column > 0 ? "\(file):\(line):\(column)" : "\(file):\(line)"
        let tail = hint.map { "; \($0)" } ?? ""
        return "\(place): document \(document): \(reason)\(tail)"
    }
}

/// What the readers inside this room throw: an error that does not know its file yet.
struct Complaint: Error, Hashable {
    /// The place in a text: both counted from 1.
    struct Place: Hashable {
        var line: Int
        var column: Int
    }

    var place: Place
    var document: Int
    var reason: String
    var hint: String?
    /// Whether the text is well formed and breaks a rule of ours, so that reading it by another grammar cannot help.
    var isFinal = false

    func error(file: String) -> ManifestSyntaxError {
        ManifestSyntaxError(
            file: file, document: document, line: place.line, column: place.column, reason: reason, hint: hint)
    }
}
