import FoundationEssentials
import WireFormats

/// A server whose files and ports are not this host's, as one in a container is: what it tells of itself holds in there only.
struct ForeignServer {
    /// What gives it away.
    private let sign: String
    /// Where this host reaches its control listener.
    private let base: String

    /// Judges what the server tells of itself; nil for one on this host.
    ///
    /// - Parameter base: the URL that the status came from.
    init?(_ status: JSONValue, base: String) {
        self.base = base
        if let file = status["caFile"]?.text, !FileManager.default.fileExists(atPath: file) {
            sign = "its CA file, \(file), is not here"
        } else if let control = status["control"]?.text, let inside = URL(string: control)?.port, let outside = URL(string: base)?.port,
            inside != outside
        {
            sign = "it listens on port \(inside), not \(outside)"
        } else {
            return nil
        }
    }

    /// What to change in the lines that are made of it, as comments.
    var warning: [String] {
        [
            "# The server seems to run elsewhere, as in a container: \(sign).",
            "# Put the addresses you reach it by (published ports) in the place of its own, and for the CA the file that this writes:",
            "#   understudy ca --control \(base) --out ca.crt",
        ]
    }
}
