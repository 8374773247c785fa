/// Text of a Markdown document: what is interpolated stands as text, however many of Markdown's marks it holds.
enum MarkdownText {
    /// Plain text within a line, or within a cell of a table.
    static func plain(_ text: String) -> String {
        var out = ""
        for character in text.onOneLine {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            // A name after these would call a person, or another issue, where the report is a comment. The empty comment keeps them apart.
            case "@", "#": out += "\(character)<!-- -->"
            case "\\", "`", "*", "_", "{", "}", "[", "]", "|", "~", "!": out += "\\\(character)"
            default: out.append(character)
            }
        }
        return out
    }

    /// Text as it is, in a code span; for a cell of a table, where a bar would end the cell even there.
    static func code(_ text: String, inTable: Bool = false) -> String {
        let text = text.onOneLine
        // The fence is longer than the longest run of backticks inside.
        let runs = text.split { $0 != "`" }.map(\.count)
        let fence = String(repeating: "`", count: (runs.max() ?? 0) + 1)
        let gap = text.hasPrefix("`") || text.hasSuffix("`") || text.isEmpty ? " " : ""
        let span = fence + gap + text + gap + fence
        return inTable ? span.replacing("|", with: "\\|") : span
    }

    /// A row of a table.
    static func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
}
