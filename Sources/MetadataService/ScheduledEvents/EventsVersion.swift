import IdentityModel

/// The api-versions of scheduled events: a list of its own, each named for what it brought (source: imds.md §8).
enum EventsVersion: String, CaseIterable, Comparable {
    /// Names of machines carry a leading underscore, and the header `Metadata` is not asked for.
    case preview = "2017-03-01"
    case generallyAvailable = "2017-08-01"
    case withPreempt = "2017-11-01"
    case withTerminate = "2019-01-01"
    case withDescription = "2019-04-01"
    case withSource = "2019-08-01"
    case withDuration = "2020-07-01"

    /// Dates in ISO 8601 sort as text.
    static func < (left: EventsVersion, right: EventsVersion) -> Bool { left.rawValue < right.rawValue }

    /// Whether a client of this version is told of such events at all.
    func tells(of kind: ScheduledEvent.Kind) -> Bool { self >= Self.first(with: kind) }

    private static func first(with kind: ScheduledEvent.Kind) -> EventsVersion {
        switch kind {
        case .freeze, .reboot, .redeploy: .preview
        case .preempt: .withPreempt
        case .terminate: .withTerminate
        }
    }
}
