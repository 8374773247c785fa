/// What an SDK looks at before it asks anybody: variables and files.
public struct ChainEnvironment: Sendable {
    /// The variables of the process, those that are set but empty included.
    public let variables: [String: String]
    private let fileExists: @Sendable (String) -> Bool

    /// An environment over a file system.
    public init(variables: [String: String], fileExists: @escaping @Sendable (String) -> Bool) {
        self.variables = variables
        self.fileExists = fileExists
    }

    /// A variable's value; nil when it is unset or empty.
    public subscript(name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether a variable is set but empty, which some SDKs take for a value.
    func isEmpty(_ name: String) -> Bool { variables[name]?.isEmpty == true }

    /// Whether a file can be read.
    func has(file path: String) -> Bool { fileExists(path) }

    /// The first of these programs that PATH leads to.
    func program(_ names: [String]) -> String? {
        for folder in (self["PATH"] ?? "").split(separator: ":") {
            for name in names where fileExists("\(folder)/\(name)") { return "\(folder)/\(name)" }
        }
        return nil
    }
}
