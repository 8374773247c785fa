public import Surroundings

/// A UTC calendar time, for the date formats of the wire.
public struct CivilTime: Hashable, Sendable {
    /// Proleptic Gregorian year.
    public let year: Int
    /// 1…12.
    public let month: Int
    /// 1…31.
    public let day: Int
    /// 0…23.
    public let hour: Int
    /// 0…59.
    public let minute: Int
    /// 0…59.
    public let second: Int
    /// 0 is Sunday.
    public let weekday: Int

    /// The UTC calendar time of an instant (algorithm: Howard Hinnant, "chrono-compatible low-level date algorithms").
    public init(_ instant: UnixSeconds) {
        let days = Int((Double(instant.rawValue) / 86400).rounded(.down))
        let rest = Int(instant.rawValue) - days * 86400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = rest / 3600
        minute = rest / 60 % 60
        second = rest % 60
        weekday = ((days + 4) % 7 + 7) % 7
    }

    private static let dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Tue, 10 Feb 2026 09:21:33 GMT`: the HTTP date (RFC 9110 §5.6.7).
    public var httpDate: String {
        "\(Self.dayNames[weekday]), \(two(day)) \(Self.monthNames[month - 1]) \(four(year)) \(two(hour)):\(two(minute)):\(two(second)) GMT"
    }

    /// `2026-02-10 09:21:33Z`: the `timestamp` of an Entra error (source: entra.md §4.1).
    public var entraTimestamp: String { "\(four(year))-\(two(month))-\(two(day)) \(two(hour)):\(two(minute)):\(two(second))Z" }

    /// `2026-02-10T09:21:33Z`: RFC 3339, our own interfaces and Kubernetes.
    public var rfc3339: String { "\(four(year))-\(two(month))-\(two(day))T\(two(hour)):\(two(minute)):\(two(second))Z" }

    /// `02/10/26 09:21:33 -0000`: the dates of an attested document (source: imds.md §7).
    public var attestedTimestamp: String { "\(two(month))/\(two(day))/\(two(year % 100)) \(two(hour)):\(two(minute)):\(two(second)) -0000" }

    /// `02/10/2026 09:21:33 +00:00`: `expires_on` of App Service's 2017-09-01 on a Linux plan (source: sdk-clients.md §2.1).
    public var appServiceTimestamp: String {
        "\(two(month))/\(two(day))/\(four(year)) \(two(hour)):\(two(minute)):\(two(second)) +00:00"
    }

    /// `20260210-092133`: the nonce of an attested document that was asked for without one (source: imds.md §7).
    public var attestedNonce: String {
        "\(four(year))\(two(month))\(two(day))-\(two(hour))\(two(minute))\(two(second))"
    }

    /// `2026_02_10_09_21_33`: the names a kubelet gives to the directories of a volume (source: workload-identity.md §7.3).
    public var volumeTimestamp: String { "\(four(year))_\(two(month))_\(two(day))_\(two(hour))_\(two(minute))_\(two(second))" }

    private func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    private func four(_ value: Int) -> String { String(repeating: "0", count: max(0, 4 - "\(value)".count)) + "\(value)" }
}

extension UnixSeconds {
    /// The instant of a UTC calendar time; nil when a field is outside its range.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day), (0...23).contains(hour),
            (0...59).contains(minute),
            (0...60).contains(second), (0...9999).contains(year)
        else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        self.init(Int64(days) * 86400 + Int64(hour * 3600 + minute * 60 + second))
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Reads RFC 3339 in UTC (`2027-01-01T00:00:00Z`, a fraction is dropped); nil for any other text.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            bytes.count == 20 || (bytes[19] == UInt8(ascii: ".") && bytes.count > 21)
        else { return nil }
        func field(_ range: Range<Int>) -> Int? {
            let digits = bytes[range]
            return digits.allSatisfy { (48...57).contains($0) } ? Int(String(decoding: digits, as: UTF8.self)) : nil
        }
        guard bytes[min(20, bytes.count - 1)..<(bytes.count - 1)].allSatisfy({ (48...57).contains($0) }), let year = field(0..<4),
            let month = field(5..<7),
            let day = field(8..<10), let hour = field(11..<13), let minute = field(14..<16), let second = field(17..<19)
        else { return nil }
        self.init(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }
}
