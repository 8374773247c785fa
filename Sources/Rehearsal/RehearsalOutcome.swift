/// What a rehearsal came to: the report, and the work that it can do for people.
public struct RehearsalOutcome: Sendable {
    /// What was found out.
    public let report: RehearsalReport
    let rehearsed: RehearsedCluster

    /// The files of the migration: manifests, patches, credentials, the order of things, and what is left to decide.
    public var generatedFiles: [GeneratedFile] { GeneratedFile.all(of: rehearsed, report: report) }
}
