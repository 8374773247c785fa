import WireFormats

/// Where findings stand, as SARIF says it.
struct SARIFPlaces {
    private let workloads: [String: ManifestReference]
    private let cluster: ManifestReference?
    private let directory: String

    init(_ report: RehearsalReport, directory: String) {
        workloads = Dictionary(report.workloads.map { ($0.workload, $0.reference) }, uniquingKeysWith: { first, _ in first })
        cluster = report.workloads.first?.reference
        self.directory = directory
    }

    /// The place of a finding: the object it begins with, else its workload, else the beginning of the first file, for GitHub shows no result
    /// that is nowhere.
    func location(of finding: Finding, at reference: ManifestReference?) -> JSONValue? {
        let start = cluster.map { ManifestReference(file: $0.file, line: 1, object: $0.object) }
        guard let place = reference.flatMap(physical) ?? (workloads[finding.workload] ?? start).flatMap(physical) else { return nil }
        let logical: JSONValue = ["fullyQualifiedName": .string(finding.workload.onOneLine), "kind": "resource"]
        return ["physicalLocation": place, "logicalLocations": [logical]]
    }

    /// The file and line of an object; nil for one that stands in no file.
    func physical(_ reference: ManifestReference) -> JSONValue? {
        guard reference.line > 0 else { return nil }
        return ["artifactLocation": artifact(reference.file), "region": ["startLine": .integer(reference.line)]]
    }

    private func artifact(_ file: String) -> JSONValue {
        let below = directory.hasSuffix("/") ? directory : directory + "/"
        var path = file.hasPrefix(below) ? String(file.dropFirst(below.count)) : file
        guard !path.hasPrefix("/") else { return ["uri": .string("file://" + Self.encoded(path))] }
        while path.hasPrefix("./") { path = String(path.dropFirst(2)) }
        return ["uri": .string(Self.encoded(path)), "uriBaseId": "%SRCROOT%"]
    }

    /// The path as a URI reference (RFC 3986 §3.3): a colon is escaped too, which could else end a scheme.
    static func encoded(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false)
            .map { Percent.encodeQuery(String($0)).replacing("+", with: "%20") }.joined(separator: "/")
    }
}
