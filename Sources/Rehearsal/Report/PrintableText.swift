extension String {
    /// The text with a replacement character for each one that would do more than be shown.
    ///
    /// Names come from manifests, which nobody has validated. Control characters move a terminal's cursor and are not allowed in XML, and marks
    /// of writing direction make a line read as what it is not. A line break is kept: each format has its own way to show it.
    var printable: String {
        guard unicodeScalars.contains(where: \.isActing) else { return self }
        var shown = String.UnicodeScalarView()
        for scalar in unicodeScalars { shown.append(scalar.isActing ? "\u{FFFD}" : scalar) }
        return String(shown)
    }

    /// The printable text on one line.
    var onOneLine: String { printable.split { $0.isNewline || $0 == "\t" }.joined(separator: " ") }
}

extension Unicode.Scalar {
    fileprivate var isActing: Bool {
        switch value {
        case 0x09, 0x0A, 0x0D: false
        case 0...0x1F, 0x7F...0x9F: true
        case 0x202A...0x202E, 0x2066...0x2069: true
        // Not characters at all (XML 1.0 §2.2).
        case 0xFFFE, 0xFFFF: true
        default: false
        }
    }
}
