import IdentityModel
import ManifestReading
import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite("Documents written as YAML, read by the manifest reader")
struct ReadBackTests {
    private func readBack(_ document: JSONValue) throws -> JSONValue? {
        try ManifestText.documents(in: Array(document.yaml.utf8), file: "written").first.map { JSONValue($0.root) }
    }

    @Test("give every string of one and two characters back, as a value, a name and an element")
    func shortStrings() throws {
        let characters =
            (0x20...0x7e).compactMap(Unicode.Scalar.init).map(String.init) + ["\n", "\t", "\u{85}", "\u{a0}", "é", "\u{2028}", "\u{1f600}"]
        let texts = characters + characters.flatMap { first in characters.map { first + $0 } }
        let values: JSONValue = ["values": .strings(texts)]
        #expect(try readBack(values) == values)
        let names = JSONValue.object(Set(texts.filter { !$0.contains("\n") }).sorted().map { JSONMember($0, .string($0)) })
        #expect(try readBack(names) == names)
    }

    @Test("give strings of several lines back, however they begin and end")
    func lines() throws {
        let parts = ["", "a", " a", "a ", "# a", "- a", "---", "\u{2028}"]
        let texts = parts.flatMap { first in parts.flatMap { second in parts.map { [first, second, $0].joined(separator: "\n") } } }
        let nested: JSONValue = ["a": [["b": .array(texts.map { ["text": .string($0), "list": [.string($0)]] })]]]
        #expect(try readBack(nested) == nested)
    }

    @Test(
        "give numbers, truth and nothing back as they were, and words that look like them as words",
        arguments: [
            "1", "-1", "0", "1.5", "true", "null", "12345678901234567890",
        ])
    func scalars(_ text: String) throws {
        let document: JSONValue = ["plain": try JSONValue(parsing: Array(text.utf8)), "quoted": .string(text)]
        #expect(try readBack(document) == document)
    }
}
