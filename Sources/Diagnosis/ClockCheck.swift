public import Surroundings
import WireFormats

/// How a running server's clock stands, as `GET /clock` tells it.
public struct ServerClock: Hashable, Sendable {
    /// The emulated time, which tokens carry.
    public let emulated: UnixSeconds
    /// How far it was moved on purpose from the clock of the server's system, in seconds; negative when behind.
    public let offsetSeconds: Int64

    /// Pairs the emulated time with how it came about.
    public init(emulated: UnixSeconds, offsetSeconds: Int64) {
        self.emulated = emulated
        self.offsetSeconds = offsetSeconds
    }

    /// The clock of the server's system.
    var system: UnixSeconds { emulated - offsetSeconds }
}

/// Whether this host's clock agrees with the times that the server's tokens carry.
public enum ClockCheck {
    /// What verifiers forgive in `nbf` and `exp` (source: entra.md; five minutes).
    static let forgivenSeconds: Int64 = 300
    /// What a slow answer and rounding make of clocks that agree.
    static let indistinctSeconds: Int64 = 5

    /// Judges the host's clock against the server's, at one moment.
    public static func finding(host: UnixSeconds, server: ServerClock) -> Finding {
        let (apart, tokens) = (host - server.system, server.emulated - host)
        if abs(apart) > indistinctSeconds {
            let place = apart > 0 ? "ahead of" : "behind"
            return Finding(
                .clock, abs(apart) > forgivenSeconds ? .problem : .note,
                "this host's clock, \(CivilTime(host).rfc3339), is \(abs(apart)) s \(place) the clock of the server's host\(consequence(tokens))",
                fix: "set the clocks by NTP (timedatectl set-ntp true), or `understudy clock offset \(apart)s`")
        }
        guard abs(tokens) > forgivenSeconds else { return Finding(.clock, .good, "this host's clock and the server's agree") }
        return Finding(
            .clock, .note,
            "the emulated time was moved: it is \(abs(tokens)) s \(tokens > 0 ? "ahead of" : "behind") this host's clock\(consequence(tokens))",
            fix: "understudy clock offset 0s, unless it is meant; clients can be moved along by faketime")
    }

    /// What a client or a verifier with this host's clock makes of a token that is issued now.
    private static func consequence(_ ahead: Int64) -> String {
        guard abs(ahead) > forgivenSeconds else { return "" }
        return ahead > 0 ? ": verifiers here take new tokens for not yet valid" : ": clients here take new tokens for older than they are"
    }
}
