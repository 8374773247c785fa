package import ManifestReading

/// Where in the user's input something stands.
public struct ManifestPlace: Hashable, Sendable, CustomStringConvertible {
    /// The file as the user named it, or `PUT /objects/…` for an applied object.
    public let file: String
    /// One-based number of the document in the file; 0 for the file as a whole.
    public let document: Int

    /// Names a document of a file.
    public init(file: String, document: Int) {
        self.file = file
        self.document = document
    }

    /// `world.yaml document 3`.
    public var description: String { document > 0 ? "\(file) document \(document)" : file }
}

/// One thing that is wrong, or odd, in a manifest: the place, what was found and what is allowed.
public struct ManifestProblem: Hashable, Sendable, CustomStringConvertible {
    /// The document.
    public let place: ManifestPlace
    /// One-based line in the file; 0 when the problem has no line of its own.
    public let line: Int
    /// The object's kind and name, or what is known of them.
    public let object: String
    /// The field, as in `spec.nmi.micNamespace` or `spec.secrets[1].expires`; empty for the document as a whole.
    public let path: String
    /// What stands there, quoted if it is a value.
    public let found: String
    /// What may stand there, or what to do.
    public let allowed: String

    /// Describes a problem.
    public init(place: ManifestPlace, line: Int = 0, object: String, path: String, found: String, allowed: String) {
        self.place = place
        self.line = line
        self.object = object
        self.path = path
        self.found = found
        self.allowed = allowed
    }

    /// Describes a text that is neither YAML nor JSON.
    public init(place: ManifestPlace, line: Int, syntaxReason: String) {
        self.init(place: place, line: line, object: "", path: "", found: syntaxReason, allowed: "")
    }

    /// Describes what the reader of manifest text says of it.
    package init(syntax error: ManifestSyntaxError) {
        self.init(
            place: ManifestPlace(file: error.file, document: error.document), line: error.line,
            syntaxReason: error.reason + (error.hint.map { "; \($0)" } ?? ""))
    }

    /// `world.yaml document 3 line 12: Node aks-0: spec.plane: found "vn"; allowed: vm, pod-identity, workload-identity`.
    public var description: String {
        var parts = [line > 0 ? "\(place) line \(line)" : "\(place)"]
        if !object.isEmpty { parts.append(object) }
        if !path.isEmpty { parts.append(path) }
        guard !allowed.isEmpty else { return parts.joined(separator: ": ") + ": \(found)" }
        return parts.joined(separator: ": ") + ": found \(found); allowed: \(allowed)"
    }
}

/// Input that was refused, with every problem that was found in it.
///
/// Nothing of it has taken effect.
public struct ManifestRefusal: Error, Sendable, CustomStringConvertible {
    /// All problems, in the order of the input.
    public let problems: [ManifestProblem]

    /// A refusal for the given reasons.
    public init(problems: [ManifestProblem]) { self.problems = problems }

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
