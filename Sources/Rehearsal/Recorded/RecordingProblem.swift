/// What cannot be read of a recording: where, what was found, what is allowed.
public struct RecordingProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file as it was named.
    public let file: String
    /// The line, from 1; nil where it is about the whole.
    public let line: Int?
    /// What stands there, in a few words; never the text, which may hold a secret.
    public let found: String
    /// What may stand there.
    public let allowed: String

    init(file: String, line: Int? = nil, found: String, allowed: String = Self.recordings) {
        self.file = file
        self.line = line
        self.found = found
        self.allowed = allowed
    }

    static let recordings =
        "what `understudy decisions --format json` prints, its decisions one a line, or lines of NMI's log (I0102 15:04:05.000000 1 file.go:1] …)"

    /// `nmi.log:7: found …; allowed: …`.
    public var description: String {
        "\(file)\(line.map { ":\($0)" } ?? ""): found \(found); allowed: \(allowed)"
    }
}
