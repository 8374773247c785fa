import ArgumentParser
import Surroundings
import WireFormats

/// How the emulated time of a server stands at its start.
struct ClockOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Let the emulated time run ahead of the real one, or behind it (-90m), by so much (default: 0s).", valueName: "span"))
    var clockOffset: SpanOption?

    @Option(
        help: ArgumentHelp("Let the emulated time stand still: now, or at an instant such as 2026-02-10T09:21:33Z.", valueName: "instant"))
    var clockFreeze: InstantOption?

    /// The setting that flags and their twins mean.
    func setting() throws -> AdjustableClock.Setting {
        let offset = try FlagTwin("clock-offset").value(clockOffset)?.seconds ?? 0
        guard let freeze = try FlagTwin("clock-freeze").value(clockFreeze) else { return .running(offset: offset * 1_000_000_000) }
        switch freeze {
        case .now: return .frozen(at: WallClock.live.nanoseconds() + offset * 1_000_000_000)
        case .at(let instant):
            guard offset == 0 else { throw ValidationError("--clock-freeze: found an instant beside --clock-offset; allowed: one of them") }
            return .frozen(at: instant.rawValue * 1_000_000_000)
        }
    }
}

/// A span of time on the command line, forth or back: a whole number with its unit, such as `25h`, `+90m` or `-30s`.
struct SpanOption: ExpressibleByArgument, Sendable {
    /// A century: beyond any certificate, and far from what nanoseconds can count.
    private static let longest: Int64 = 100 * 366 * 86_400

    let seconds: Int64

    init?(argument: String) {
        let isBack = argument.hasPrefix("-")
        let digits = isBack || argument.hasPrefix("+") ? String(argument.dropFirst()) : argument
        if digits == "0" || digits == "0s" {
            seconds = 0
            return
        }
        guard digits.first?.isNumber == true, let duration = DurationOption(argument: digits), duration.seconds <= Self.longest else {
            return nil
        }
        seconds = isBack ? -Int64(duration.seconds) : Int64(duration.seconds)
    }
}

/// An instant on the command line: `now`, RFC 3339 in UTC, or seconds since the epoch.
enum InstantOption: ExpressibleByArgument, Sendable {
    case now
    case at(UnixSeconds)

    init?(argument: String) {
        if argument == "now" {
            self = .now
        } else if let instant = UnixSeconds(rfc3339: argument) ?? Int64(argument).map({ UnixSeconds($0) }),
            UnixSeconds.countable.contains(instant)
        {
            self = .at(instant)
        } else {
            return nil
        }
    }
}
