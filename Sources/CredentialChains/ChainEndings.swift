import WireFormats

/// How a chain goes on after the answers of one link (source: sdk-clients.md §3.2 and §5.4).
public struct ChainEndings: Sendable {
    /// Whether the next link is tried.
    public enum Ending: Sendable {
        case next
        case stop
    }

    /// 400 when no identity was named.
    var unnamed400 = Ending.next
    /// 400 when an identity was named.
    var named400 = Ending.next
    /// 401, and 403 that does not say `unreachable`.
    var forbidden = Ending.next
    /// 404, 410, 429 and 5xx, after all retries.
    var exhausted = Ending.next
    /// 200 with a body that is no token.
    var broken = Ending.next
    /// A refusal whose body is no JSON; nil when that makes no difference.
    var unreadable: Ending?
    /// Nobody answers.
    var silent = Ending.next

    /// Whether the next link is tried after an answer without a token; nil status: nobody answered.
    public func ending(status: Int?, body: String, namesIdentity: Bool) -> Ending {
        if let status, status != 200, let unreadable, (try? JSONValue(parsing: Array(body.utf8))) == nil { return unreadable }
        return switch status {
        case nil: silent
        case 400: namesIdentity ? named400 : unnamed400
        case 403 where body.contains("unreachable"): .next
        case 401, 403: forbidden
        case 200: broken
        default: exhausted
        }
    }

    /// Everything ends it.
    static let stopping = ChainEndings(
        unnamed400: .stop, named400: .stop, forbidden: .stop, exhausted: .stop, broken: .stop, silent: .stop)
    /// Nothing does.
    static let passing = ChainEndings()
}
