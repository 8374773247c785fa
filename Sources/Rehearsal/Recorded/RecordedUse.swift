public import IdentityStore
import WireFormats

/// What applications really asked, by journals of Understudy's and logs of NMI's.
public struct RecordedUse: Sendable {
    /// The requests of journals, which tell how an identity was named.
    var requests: [RecordedRequest] = []
    /// The requests of NMI's access lines, which tell neither identity nor resource.
    var accesses: [RecordedRequest] = []
    /// What NMI's other lines say of how identities were chosen.
    var matches: [LoggedMatch] = []
    /// Decisions that are no request of a workload's to the metadata service, by what they are.
    var besides: [String: Int] = [:]
    /// Lines of logs that were passed over, for they are of NMI's and about no request.
    var passedOver = 0
    /// Lines that are neither.
    public private(set) var unread: [RecordingProblem] = []
    /// The files.
    let files: [String]

    /// Longest line, in bytes.
    static let longestLine = 64 << 10

    /// Reads recordings; which of the forms a file has, its content tells.
    ///
    /// - Throws: for a file in which there is nothing to be understood. Single lines that are neither a decision nor of NMI's log are told
    ///   by ``unread``: a stack trace is no reason to refuse a log.
    public init(_ files: [ManifestFile]) throws(RecordingProblem) {
        self.files = files.map(\.path)
        for file in files { try read(file) }
    }

    private mutating func read(_ file: ManifestFile) throws(RecordingProblem) {
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0d]
        let start = Array(file.bytes.lazy.filter { !blanks.contains($0) }.prefix(2))
        guard let first = start.first else { throw RecordingProblem(file: file.path, found: "nothing") }
        // `[pod/nmi-x2/nmi]`, as kubectl begins a line of a log, begins no list of decisions.
        let isList = first == UInt8(ascii: "[") && start.count == 2 && "{]".utf8.contains(start[1])
        guard first == UInt8(ascii: "{") || isList, !Self.isLineByLine(file.bytes) else { return try readLines(file) }
        try readDocument(file)
    }

    /// Whether the first line is a document of its own.
    private static func isLineByLine(_ bytes: [UInt8]) -> Bool {
        guard let line = bytes.split(separator: 0x0a).first(where: { !$0.isEmpty }), line.count <= longestLine,
            let document = try? JSONValue(parsing: Array(line)), case .object = document
        else { return false }
        return document["decisions"] == nil
    }

    // MARK: One document

    private mutating func readDocument(_ file: ManifestFile) throws(RecordingProblem) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: file.bytes)
        } catch {
            throw RecordingProblem(file: file.path, found: "\(error)")
        }
        let decisions = document["decisions"]?.elements ?? document.elements ?? [document]
        for (index, decision) in decisions.enumerated() where !take(decision, from: file.path) {
            throw RecordingProblem(file: file.path, found: "an element \(index + 1) that is no decision")
        }
    }

    /// Takes what is a decision; false where it is none.
    mutating func take(_ document: JSONValue, from file: String) -> Bool {
        guard let decision = RecordedDecisionDocument(document) else { return false }
        if let request = decision.request(in: file) {
            requests.append(request)
        } else {
            besides[decision.face, default: 0] += 1
        }
        return true
    }

    // MARK: Lines

    private mutating func readLines(_ file: ManifestFile) throws(RecordingProblem) {
        var isUnderstood = false
        var number = 0
        for line in file.bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
            number += 1
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            guard line.count <= Self.longestLine else {
                unread.append(
                    RecordingProblem(
                        file: file.path, line: number, found: "a line of \(line.count) bytes", allowed: "at most \(Self.longestLine)"))
                continue
            }
            if take(line: String(decoding: line, as: UTF8.self), bytes: Array(line), RecordedPlace(file: file.path, line: number)) {
                isUnderstood = true
            } else {
                unread.append(RecordingProblem(file: file.path, line: number, found: "a line that is neither"))
            }
        }
        guard isUnderstood else {
            throw RecordingProblem(
                file: file.path, line: 1,
                found: DecisionTable.isLine(file.bytes) ? "the table that people read, without identities" : "a line that is neither")
        }
    }

    private mutating func take(line: String, bytes: [UInt8], _ place: RecordedPlace) -> Bool {
        if let start = bytes.first, start == UInt8(ascii: "{"), let document = try? JSONValue(parsing: bytes),
            take(document, from: place.file)
        {
            return true
        }
        guard let log = NMILogLine(line) else { return false }
        switch log.content {
        case .access(let access): accesses.append(access.request(at: place))
        case .match(let match): matches.append(match)
        case .other: passedOver += 1
        }
        return true
    }
}

/// A line of a file.
struct RecordedPlace: Hashable, Sendable, CustomStringConvertible {
    let file: String
    let line: Int

    /// `nmi.log:12`.
    var description: String { "\(file):\(line)" }
}

/// What `understudy decisions` prints for people.
private enum DecisionTable {
    /// Whether the first line is of it: an id, a time, and more, two blanks apart.
    static func isLine(_ bytes: [UInt8]) -> Bool {
        let line = String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self)
        let words = line.split(separator: " ")
        guard words.count > 3 else { return false }
        return UInt64(words[0]) != nil && words[1].contains("T") && words[1].hasSuffix("Z")
    }
}
