/// Where two texts that should have been one and the same part, and what kind of slip that is.
///
/// Compared are Unicode scalars, for the systems that refuse a text compare its bytes: Swift's own `==` takes canonically equivalent
/// texts for equal.
public struct TextDifference: Hashable, Sendable {
    /// A way in which people get a text nearly right.
    public enum Slip: String, Hashable, Sendable {
        case slashMissing = "slash-missing"
        case slashAdded = "slash-added"
        case letterCase = "letter-case"
        /// Blanks or line ends before or after the text.
        case blanks
        /// The same letters in another Unicode form.
        case unicodeForm = "unicode-form"
        case endsEarly = "ends-early"
        case goesOn = "goes-on"
        case otherText = "other-text"
    }

    /// What was shown.
    public let presented: String
    /// What it should have been.
    public let expected: String
    /// How many scalars both have in common before they part.
    public let offset: Int
    /// What kind of slip it is.
    public let slip: Slip

    /// The difference; nil when there is none.
    public init?(presented: String, expected: String) {
        guard !presented.utf8.elementsEqual(expected.utf8) else { return nil }
        self.presented = presented
        self.expected = expected
        offset = Self.shared(presented.unicodeScalars, expected.unicodeScalars)
        slip = Self.slip(presented, expected)
    }

    /// The difference from whichever candidate comes nearest, and that candidate; nil when there is none, or one is the very text.
    public static func nearest<Candidate>(
        to presented: String, among candidates: [Candidate], _ text: (Candidate) -> String
    ) -> (candidate: Candidate, difference: TextDifference)? {
        var best: (candidate: Candidate, difference: TextDifference)?
        for candidate in candidates {
            guard let difference = TextDifference(presented: presented, expected: text(candidate)) else { return nil }
            if let known = best, known.difference.nearness >= difference.nearness { continue }
            best = (candidate, difference)
        }
        return best
    }

    /// Greater for texts that are nearer to what was presented: a slip before other text, then what both have in common at their ends.
    public var nearness: Int {
        let common = offset + Self.shared(presented.unicodeScalars.reversed(), expected.unicodeScalars.reversed())
        return [.otherText, .endsEarly, .goesOn].contains(slip) ? common : common + presented.unicodeScalars.count
    }

    private static func shared(_ one: some Sequence<Unicode.Scalar>, _ other: some Sequence<Unicode.Scalar>) -> Int {
        zip(one, other).prefix { $0 == $1 }.count
    }

    private static func slip(_ presented: String, _ expected: String) -> Slip {
        func same(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool { one.utf8.elementsEqual(other.utf8) }
        if same(presented + "/", expected) { return .slashMissing }
        if same(presented, expected + "/") { return .slashAdded }
        if same(presented.lowercased(), expected.lowercased()) { return .letterCase }
        if same(trimmed(presented), trimmed(expected)) { return .blanks }
        if presented == expected { return .unicodeForm }
        if expected.utf8.starts(with: presented.utf8) { return .endsEarly }
        return presented.utf8.starts(with: expected.utf8) ? .goesOn : .otherText
    }

    private static func trimmed(_ text: String) -> Substring {
        let front = text.drop { $0.isWhitespace }
        return front[..<(front.lastIndex { !$0.isWhitespace }.map { front.index(after: $0) } ?? front.startIndex)]
    }

    // MARK: Told to people

    /// What is the matter, as a clause about what was presented: `it lacks the slash at its end`.
    public var sentence: String {
        let place = "character \(offset + 1)"
        let found = scalar(of: presented).map(Self.named)
        let wanted = scalar(of: expected).map(Self.named)
        let exchanged = "\(place) is \(found ?? "missing"), not \(wanted ?? "there at all")"
        switch slip {
        case .slashMissing: return "it lacks the slash at its end"
        case .slashAdded: return "it has a slash at its end that does not belong there"
        case .letterCase: return "letter case: \(exchanged)"
        case .blanks: return "blanks around it: \(found.map { "\(place) is \($0)" } ?? "\(wanted ?? "one") is missing at \(place)")"
        case .unicodeForm: return "another Unicode form of the same text: \(exchanged)"
        case .endsEarly: return "it ends after character \(offset), where \(Self.visible(rest(of: expected)).debugDescription) is missing"
        case .goesOn: return "it goes on with \(Self.visible(rest(of: presented)).debugDescription), where it should end"
        case .otherText: return exchanged
        }
    }

    /// Both texts below each other, after their labels, with a caret under the place where they part.
    public func lines(presented label: String, expected other: String) -> [String] {
        let width = max(label.count, other.count) + 2
        func padded(_ label: String) -> String { label + String(repeating: " ", count: width - label.count) }
        let shown = Self.visible(String(presented.unicodeScalars.prefix(offset)))
        return [
            padded(label) + Self.visible(presented), padded(other) + Self.visible(expected),
            String(repeating: " ", count: width + shown.unicodeScalars.count) + "^",
        ]
    }

    private func scalar(of text: String) -> Unicode.Scalar? { text.unicodeScalars.dropFirst(offset).first }

    private func rest(of text: String) -> String { String(text.unicodeScalars.dropFirst(offset)) }

    private static func named(_ scalar: Unicode.Scalar) -> String {
        scalar == " " ? "a blank" : isVisible(scalar) ? "\"\(scalar)\"" : code(scalar)
    }

    /// The text with everything that has no width of its own spelled out, so that a caret can point at it.
    private static func visible(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { $0 += isVisible($1) || $1 == " " ? String($1) : "<\(code($1))>" }
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator, .nonspacingMark,
            .enclosingMark:
            false
        default: true
        }
    }

    private static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
