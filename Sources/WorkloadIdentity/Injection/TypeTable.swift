/// Structures of the Kubernetes API as data: which fields there are, of which type, and when each is written.
///
/// See ``PodTypes`` for the notation.
struct TypeTable: Sendable {
    /// What a field holds.
    indirect enum Shape: Hashable, Sendable {
        case string
        case bool
        case int32
        case int64
        /// `resource.Quantity`: rewritten in its canonical form.
        case quantity
        case intOrString
        /// `metav1.Time`: rewritten in UTC, whole seconds.
        case time
        /// Any JSON, kept as it is.
        case any
        case list(Shape)
        case map(Shape)
        case pointer(Shape)
        case structure(String)

        private static let simple: [String: Shape] = [
            "string": .string, "bool": .bool, "int32": .int32, "int64": .int64, "quantity": .quantity, "intOrString": .intOrString,
            "time": .time, "any": .any,
        ]

        init(_ text: some StringProtocol) {
            switch text.first {
            case "[": self = .list(Shape(text.dropFirst().dropLast()))
            case "{": self = .map(Shape(text.dropFirst().dropLast()))
            case "*": self = .pointer(Shape(text.dropFirst()))
            default: self = Self.simple[String(text)] ?? .structure(String(text))
            }
        }
    }

    /// When a field is written.
    enum Presence: Sendable {
        case always
        case whenSet
        case whenNotZero
    }

    /// One field of a structure.
    struct Field: Sendable {
        let name: String
        let shape: Shape
        let presence: Presence
    }

    /// The fields of each structure, in the order of the table.
    let structures: [String: [Field]]

    /// Reads a table in the notation of ``PodTypes``.
    init(_ text: String) {
        var entries: [(name: Substring, fields: [Substring])] = []
        for line in text.split(separator: "\n") {
            var rest = line
            if !line.hasPrefix(" ") {
                let parts = line.split(separator: ":", maxSplits: 1)
                entries.append((parts[0], []))
                rest = parts.count > 1 ? parts[1] : ""
            }
            guard !entries.isEmpty else { continue }
            entries[entries.count - 1].fields += rest.split(separator: ",").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
        }
        var structures: [String: [Field]] = [:]
        for entry in entries {
            structures[String(entry.name)] = entry.fields.flatMap { field -> [Field] in
                if field.hasPrefix("+") { return structures[String(field.dropFirst())] ?? [] }
                let parts = field.split(separator: " ")
                guard parts.count == 2 else { return [] }
                let presence: Presence = parts[0].hasSuffix("!") ? .always : parts[0].hasSuffix("?") ? .whenSet : .whenNotZero
                let name = presence == .whenNotZero ? parts[0] : parts[0].dropLast()
                return [Field(name: String(name), shape: Shape(parts[1]), presence: presence)]
            }
        }
        self.structures = structures
    }

    /// The types of a pod.
    static let pod = TypeTable(PodTypes.table)
}
