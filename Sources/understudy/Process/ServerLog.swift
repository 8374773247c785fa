import FoundationEssentials
import Logging
import Surroundings
import WireFormats

/// Log lines on standard error, as text or as one JSON object a line.
enum ServerLog {
    static func logger(_ settings: ServeSettings) -> Logger { logger(level: settings.logLevel, asJSON: settings.logsJSON) }

    static func logger(level: Logger.Level, asJSON: Bool) -> Logger {
        let line = asJSON ? jsonLine : textLine
        var logger = Logger(label: "understudy") { _ in LineLogHandler(line: line) }
        logger.logLevel = level
        return logger
    }

    /// `2026-02-10T09:21:33Z warning: message key=value`.
    private static let textLine: @Sendable (LogEvent, Logger.Metadata) -> String = { event, metadata in
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return "\(CivilTime(WallClock.live.now).rfc3339) \(event.level): \(event.message)\(pairs)"
    }

    /// `{"time":"…","level":"warning","message":"…","key":"value"}`.
    private static let jsonLine: @Sendable (LogEvent, Logger.Metadata) -> String = { event, metadata in
        let members =
            [
                JSONMember("time", .string(CivilTime(WallClock.live.now).rfc3339)), JSONMember("level", .string("\(event.level)")),
                JSONMember("message", .string("\(event.message)")),
            ] + metadata.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string("\($0.value)")) }
        return JSONValue.object(members).rendered()
    }
}

/// Writes each event as the line a format makes of it.
private struct LineLogHandler: LogHandler {
    let line: @Sendable (LogEvent, Logger.Metadata) -> String
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { Console.complain(line(event, metadata.merging(event.metadata ?? [:]) { $1 })) }
}
