import FoundationEssentials
import Logging
import Surroundings
import WireFormats

/// Log lines on standard error, as text or as one JSON object a line.
enum ServerLog {
    static func logger(_ settings: ServeSettings) -> Logger {
        let json = settings.logsJSON
        var logger = Logger(label: "understudy") { _ -> any LogHandler in json ? JSONLogHandler() : TextLogHandler() }
        logger.logLevel = settings.logLevel
        return logger
    }
}

/// `2026-02-10T09:21:33Z warning: message key=value`.
private struct TextLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let merged = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = merged.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        Console.complain("\(CivilTime(WallClock.live.now).rfc3339) \(event.level): \(event.message)\(pairs)")
    }
}

/// `{"time":"…","level":"warning","message":"…","key":"value"}`.
private struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let merged = metadata.merging(event.metadata ?? [:]) { $1 }
        let members =
            [
                JSONMember("time", .string(CivilTime(WallClock.live.now).rfc3339)), JSONMember("level", .string("\(event.level)")),
                JSONMember("message", .string("\(event.message)")),
            ] + merged.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string("\($0.value)")) }
        Console.complain(JSONValue.object(members).rendered())
    }
}
