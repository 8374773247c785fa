/// Where an object stands in what the user gave: what a finding points at.
public struct ManifestReference: Hashable, Sendable, CustomStringConvertible {
    /// The file as the user named it.
    public let file: String
    /// One-based line at which the object begins; 0 when it stands in no file.
    public let line: Int
    /// Kind, namespace and name.
    public let object: String

    /// Points at an object.
    public init(file: String, line: Int, object: String) {
        self.file = file
        self.line = line
        self.object = object
    }

    /// `cluster.yaml:12 AzureIdentityBinding prod/web`.
    public var description: String { line > 0 ? "\(file):\(line) \(object)" : object }
}
