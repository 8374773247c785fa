import IdentityModel
import ManifestReading
import Testing

/// Reads a manifest as `world.yaml`.
func read(_ text: String) throws -> ManifestContents {
    var contents = ManifestContents()
    for document in try ManifestText.documents(in: Array(text.utf8), file: "world.yaml") { contents.read(document, file: "world.yaml") }
    return contents
}

/// The only object of a manifest that has neither problems nor warnings.
func readOne(_ text: String) throws -> ManifestObject {
    let contents = try read(text)
    #expect(contents.problems.map(\.description) == [])
    #expect(contents.warnings.map(\.description) == [])
    return try #require(contents.entries.count == 1 ? contents.entries[0].object : nil)
}

/// An object of ours with the given kind and specification, which starts on line 4.
func ours(_ kind: String, _ spec: String, name: String = "x") -> String {
    """
    apiVersion: understudy.internal/v1alpha1
    kind: \(kind)
    metadata: {name: \(name)}
    \(spec)
    """
}

/// What is wrong with an object of ours.
func problems(_ kind: String, _ spec: String) throws -> [String] {
    let contents = try read(ours(kind, spec))
    #expect(contents.warnings.isEmpty)
    return contents.problems.map(\.description)
}
