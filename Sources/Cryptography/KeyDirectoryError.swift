/// A state directory, or a file in it, that cannot be used as it is.
public struct KeyDirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The directory or file.
    public let path: String
    /// What is the matter and, where there is one, what to do about it.
    public let problem: String

    init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    /// One line: path, problem.
    public var description: String { "\(path): \(problem)" }
}
