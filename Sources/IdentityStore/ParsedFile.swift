import IdentityModel
import ManifestReading

/// Tells one content of a file from another without keeping it: exports of clusters are large.
struct Fingerprint: Equatable {
    let count: Int
    let hash: Int

    init(_ bytes: [UInt8]) {
        count = bytes.count
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        hash = hasher.finalize()
    }
}

/// What a file was read as, so that a reload parses only what changed.
struct ParsedFile {
    let path: String
    let fingerprint: Fingerprint
    let objects: [StoredObject]
    let problems: [ManifestProblem]
    let warnings: [ManifestProblem]
    let ignored: [String: Int]

    init(_ file: ManifestFile) {
        var contents = ManifestContents()
        do {
            for document in try ManifestText.documents(in: file.bytes, file: file.path) { contents.read(document, file: file.path) }
        } catch {
            contents.problems.append(ManifestProblem(syntax: error))
        }
        path = file.path
        fingerprint = Fingerprint(file.bytes)
        objects = contents.entries.map(StoredObject.init)
        problems = contents.problems
        warnings = contents.warnings
        ignored = contents.ignored
    }
}
