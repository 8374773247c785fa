/// The difference between two texts, line by line, as `diff -u` shows it.
enum LineDifference {
    private enum Line {
        case same(Substring)
        case removed(Substring)
        case added(Substring)

        var shown: String {
            switch self {
            case .same(let text): " \(text)"
            case .removed(let text): "-\(text)"
            case .added(let text): "+\(text)"
            }
        }

        var isInOld: Bool { if case .added = self { false } else { true } }
        var isInNew: Bool { if case .removed = self { false } else { true } }
        var isChange: Bool { if case .same = self { false } else { true } }
    }

    private static let context = 3

    /// The hunks under a heading of two lines; empty when the texts are equal.
    static func unified(from old: String, to new: String, oldName: String, newName: String) -> String {
        let lines = merged(lines(of: old), lines(of: new))
        let changes = lines.indices.filter { lines[$0].isChange }
        guard !changes.isEmpty else { return "" }
        var hunks: [Range<Int>] = []
        for change in changes {
            let (lower, upper) = (max(0, change - context), min(lines.count, change + context + 1))
            if let last = hunks.last, last.upperBound >= lower {
                hunks[hunks.count - 1] = last.lowerBound..<upper
            } else {
                hunks.append(lower..<upper)
            }
        }
        var out = ["--- \(oldName)", "+++ \(newName)"]
        for hunk in hunks {
            let before = lines[..<hunk.lowerBound]
            out.append(
                "@@ -\(position(before.count(where: \.isInOld), lines[hunk].count(where: \.isInOld))) "
                    + "+\(position(before.count(where: \.isInNew), lines[hunk].count(where: \.isInNew))) @@")
            out += lines[hunk].map(\.shown)
        }
        return out.joined(separator: "\n") + "\n"
    }

    /// The line end at the end of a text begins no line.
    private static func lines(of text: String) -> [Substring] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.last?.isEmpty == true ? lines.dropLast() : lines
    }

    private static func position(_ before: Int, _ count: Int) -> String { "\(count == 0 ? before : before + 1),\(count)" }

    /// Both texts as one list of lines, removals before additions.
    private static func merged(_ old: [Substring], _ new: [Substring]) -> [Line] {
        let difference = new.difference(from: old)
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var lines: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if removed.contains(left) {
                lines.append(.removed(old[left]))
                left += 1
            } else if added.contains(right) {
                lines.append(.added(new[right]))
                right += 1
            } else {
                lines.append(.same(old[left]))
                left += 1
                right += 1
            }
        }
        return lines
    }
}
