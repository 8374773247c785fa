import FoundationEssentials
import Synchronization

/// A source file, for tests that check what is written where.
struct SourceText {
    let path: String
    private let text: String

    /// All Swift files of a folder and the folders in it.
    static func files(under folder: String) throws -> [SourceText] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }.map { name in
            let path = "\(folder)/\(name)"
            return SourceText(path: path, text: try String(contentsOfFile: path, encoding: .utf8))
        }
    }

    /// Whether the word stands there as a whole.
    func mentions(_ word: String) -> Bool {
        text.ranges(of: word).contains { range in
            guard range.upperBound < text.endIndex else { return true }
            let next = text[range.upperBound]
            return !next.isLetter && !next.isNumber
        }
    }

    /// Whether the text stands there.
    func holds(_ words: String) -> Bool { text.contains(words) }
}

/// Quirks that several changes brought along.
final class Log: Sendable {
    private let lines = Mutex<[[String]]>([])
    var all: [[String]] { lines.withLock { $0 } }
    func add(_ more: [[String]]) { lines.withLock { $0 += more } }
}
