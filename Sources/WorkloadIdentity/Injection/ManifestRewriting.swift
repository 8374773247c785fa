import IdentityModel
public import ManifestReading
public import WireFormats

/// Manifest text of which some documents are replaced: all others stay as they were written, comments included.
public struct ManifestRewriting: Sendable {
    /// One document of the text.
    private struct Piece {
        let text: Substring
        let documents: [JSONValue]
    }

    private let pieces: [Piece]

    /// Reads a file.
    ///
    /// - Throws: the file's first error.
    public init(_ bytes: [UInt8], file: String) throws(ManifestSyntaxError) {
        // Read whole first, so that an error is told with its place in the file.
        let whole = try ManifestText.documents(in: bytes, file: file)
        let text = String(decoding: bytes, as: UTF8.self)
        let cut = Self.pieces(of: text)
        var pieces: [Piece] = []
        for piece in cut {
            pieces.append(
                Piece(text: piece, documents: try ManifestText.documents(in: Array(piece.utf8), file: file).map { JSONValue($0.root) }))
        }
        // A text that is not cut where its documents end is kept in one piece.
        let all = whole.map { JSONValue($0.root) }
        self.pieces = pieces.flatMap(\.documents) == all ? pieces : [Piece(text: text[...], documents: all)]
    }

    /// The documents, in the order of the text.
    public var documents: [JSONValue] { pieces.flatMap(\.documents) }

    /// The text, as YAML, with each document replaced by what `replacement` makes of it.
    public func yaml(replacing replacement: (JSONValue) -> JSONValue) -> String {
        var out = ""
        for piece in pieces {
            let replaced = piece.documents.map(replacement)
            guard replaced != piece.documents else {
                out += Self.ended(piece.text)
                continue
            }
            let isSeparated = Self.isSeparator(piece.text.prefix { !$0.isNewline })
            out += (isSeparated ? "---\n" : "") + replaced.map(\.yaml).joined(separator: "---\n")
        }
        return out
    }

    /// Cut before each line that separates documents: one that is `---` in its first column, wherever it stands.
    private static func pieces(of text: String) -> [Substring] {
        var starts = [text.startIndex]
        var line = text.startIndex
        while line < text.endIndex {
            let end = text[line...].firstIndex(where: \.isNewline) ?? text.endIndex
            if line != text.startIndex, isSeparator(text[line..<end]) { starts.append(line) }
            line = end < text.endIndex ? text.index(after: end) : end
        }
        return zip(starts, starts.dropFirst() + [text.endIndex]).map { text[$0..<$1] }
    }

    private static func isSeparator(_ line: Substring) -> Bool {
        line.hasPrefix("---") && (line.dropFirst(3).first.map { $0 == " " || $0 == "\t" } ?? true)
    }

    private static func ended(_ text: Substring) -> String { text.isEmpty || text.last?.isNewline == true ? String(text) : text + "\n" }
}
