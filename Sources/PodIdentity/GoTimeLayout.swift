import Surroundings
import WireFormats

/// One of the two layouts in which adal reads a time, with the rules and the words of Go's `time.Parse` (source: Go 1.19.8's
/// time/format.go, run).
struct GoTimeLayout {
    /// Why a text is no time, as Go says it.
    struct Refusal: Error {
        let reason: String
    }

    /// What an element of a layout stands for; nil for itself.
    private enum Field {
        case month, day, year, hour, minute, second, half

        /// What a number must be in; nil where Go looks only once it has the whole date.
        var range: (name: String, allowed: ClosedRange<Int>)? {
            switch self {
            case .month: ("month", 1...12)
            case .hour: ("hour", 0...23)
            case .minute: ("minute", 0...59)
            case .second: ("second", 0...59)
            case .day, .year, .half: nil
            }
        }

        /// How many digits there must be; nil for one or two.
        var digits: Int? {
            switch self {
            case .year: 4
            case .minute, .second: 2
            case .month, .day, .hour, .half: nil
            }
        }
    }

    private let parts: [(text: String, field: Field?)]

    /// `1/2/2006 15:04:05 PM +00:00`.
    static let withHalf = Self(parts: start + [(" ", nil), ("PM", .half), (" +00:00", nil)])
    /// `1/2/2006 15:04:05 +00:00`.
    static let plain = Self(parts: start + [(" +00:00", nil)])

    private static let start: [(text: String, field: Field?)] = [
        ("1", .month), ("/", nil), ("2", .day), ("/", nil), ("2006", .year), (" ", nil), ("15", .hour), (":", nil), ("04", .minute),
        (":", nil), ("05", .second),
    ]

    /// Reads a time, of which a fraction of a second is dropped.
    func instant(of text: String) throws(Refusal) -> UnixSeconds {
        var rest = Array(text.utf8)[...]
        var found: [Field: Int] = [:]
        for (layout, field) in parts {
            guard let value = field.map({ Self.take($0, &rest) }) ?? Self.skip(layout, &rest) else {
                let words = [text, parts.map { $0.text }.joined()].map { Self.quoted($0.utf8) }
                throw Refusal(
                    reason: "parsing time \(words[0]) as \(words[1]): cannot parse \(Self.quoted(rest)) as \(Self.quoted(layout.utf8))")
            }
            guard let field else { continue }
            if let (name, allowed) = field.range, !allowed.contains(value) { throw Self.refusal(text, "\(name) out of range") }
            found[field] = value
        }
        guard rest.isEmpty else { throw Self.refusal(text, "extra text: \(Self.quoted(rest))") }
        guard let instant = Self.instant(found) else { throw Self.refusal(text, "day out of range") }
        return instant
    }

    private static func refusal(_ text: String, _ problem: String) -> Refusal {
        Refusal(reason: "parsing time \(quoted(text.utf8)): \(problem)")
    }

    // MARK: Elements

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Takes what an element of the layout stands for; nil when something else is there.
    private static func take(_ field: Field, _ rest: inout ArraySlice<UInt8>) -> Int? {
        guard field != .half else {
            guard rest.count >= 2 else { return nil }
            // What Go has taken it does not name again.
            let half = String(decoding: rest.prefix(2), as: UTF8.self)
            rest = rest.dropFirst(2)
            return ["AM": 0, "PM": 12][half]
        }
        let most = field.digits ?? 2
        let digits = rest.prefix(most).prefix(while: isDigit)
        if field == .year, digits.count < most {
            // Four characters, whatever they are, once the first is a digit.
            if rest.count >= most, !digits.isEmpty { rest = rest.dropFirst(most) }
            return nil
        }
        guard !digits.isEmpty, digits.count == field.digits ?? digits.count else { return nil }
        rest = rest.dropFirst(digits.count)
        if field == .second { dropFraction(&rest) }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// A second may have a fraction though the layout names none.
    private static func dropFraction(_ rest: inout ArraySlice<UInt8>) {
        guard let mark = rest.first, [UInt8(ascii: "."), UInt8(ascii: ",")].contains(mark) else { return }
        let digits = rest.dropFirst().prefix(while: isDigit)
        if !digits.isEmpty { rest = rest.dropFirst(1 + digits.count) }
    }

    /// Takes a text as it stands, where any number of blanks does for one, and none at the end; nil when something else is there.
    private static func skip(_ text: String, _ rest: inout ArraySlice<UInt8>) -> Int? {
        let blank = UInt8(ascii: " ")
        for byte in text.utf8 {
            if byte == blank {
                guard rest.first == blank || rest.isEmpty else { return nil }
                rest = rest.drop { $0 == blank }
            } else {
                guard rest.first == byte else { return nil }
                rest = rest.dropFirst()
            }
        }
        return 0
    }

    /// Twelve in the morning is midnight; an hour after noon that needs no PM may have one all the same.
    private static func instant(_ found: [Field: Int]) -> UnixSeconds? {
        var hour = found[.hour] ?? 0
        switch found[.half] {
        case 12?: hour = hour < 12 ? hour + 12 : hour
        case 0?: hour = hour == 12 ? 0 : hour
        default: break
        }
        return UnixSeconds(
            year: found[.year] ?? 0, month: found[.month] ?? 0, day: found[.day] ?? 0, hour: hour, minute: found[.minute] ?? 0,
            second: found[.second] ?? 0)
    }

    /// As Go's package time quotes: quotes and backslashes escaped, what is not printable ASCII byte by byte.
    private static func quoted(_ bytes: some Sequence<UInt8>) -> String {
        let inside = bytes.map { byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\\(Character(Unicode.Scalar(byte)))"
            case ..<0x20, 0x80...: "\\x\(Hexadecimal.encode([byte]))"
            default: String(Character(Unicode.Scalar(byte)))
            }
        }
        return "\"\(inside.joined())\""
    }
}
