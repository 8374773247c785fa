/// The api-versions the service knows, by category (source: imds.md §2, §4, §8).
enum MetadataVersions {
    /// All of them, oldest first, as `/metadata/versions` lists them.
    static let all = [
        "2017-03-01", "2017-04-02", "2017-08-01", "2017-10-01", "2017-12-01", "2018-02-01", "2018-04-02", "2018-10-01", "2019-02-01",
        "2019-03-11", "2019-04-30", "2019-06-01", "2019-06-04", "2019-08-01", "2019-08-15", "2019-11-01", "2020-06-01", "2020-07-15",
        "2020-09-01", "2020-10-01", "2020-12-01", "2021-01-01", "2021-02-01", "2021-03-01", "2021-05-01", "2021-08-01", "2021-10-01",
        "2021-11-01", "2021-11-15", "2021-12-13", "2023-07-01", "2023-11-15", "2024-03-15", "2024-07-17", "2025-04-07",
    ]

    /// Scheduled events have a list of their own, which is not a part of the other (source: imds.md §8).
    static let scheduledEvents = EventsVersion.allCases.map(\.rawValue)

    /// Which versions a category answers, and how it says that it does not answer one.
    enum Rule: Hashable {
        /// No version is asked for.
        case none
        /// `api-version` from this one on: an older one does not have the path (404), an unknown one is E3.
        case since(String)
        /// `api-version` from this one on, all others being E3.
        case identity(since: String)
        /// `api-version` of the events' own list, all others being 404.
        case scheduledEvents
        /// `cred-api-version` 2.0 (source: imds.md §6).
        case credential

        /// Whether an `api-version` is one of those answered.
        func has(_ version: String) -> Bool {
            switch self {
            case .none, .credential: false
            case .since(let first), .identity(let first): version >= first && MetadataVersions.all.contains(version)
            case .scheduledEvents: MetadataVersions.scheduledEvents.contains(version)
            }
        }
    }

    /// Checks the version a call names.
    static func check(_ rule: Rule, _ call: MetadataCall) throws(MetadataFailure) {
        let version = call.parameter("api-version")
        switch rule {
        case .none: return
        case .since(let first):
            guard let version, all.contains(version) else { throw .versionUnknown }
            guard version >= first else { throw .pathUnknown(.instance) }
        case .identity:
            guard let version, rule.has(version) else { throw .versionUnknown }
        case .scheduledEvents:
            guard let version, !version.isEmpty else { throw .versionUnknown }
            guard rule.has(version) else { throw .pathUnknown(.instance) }
        case .credential:
            guard call.parameter("cred-api-version") == "2.0" else { throw .credentialVersionUnknown(call.parameter("cred-api-version")) }
        }
    }
}
