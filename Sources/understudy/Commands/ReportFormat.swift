import ArgumentParser
import FoundationEssentials
import Rehearsal
import Surroundings
import WireFormats

/// How the report of a rehearsal is printed.
enum ReportFormat: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
    case markdown
    case junit
    case sarif
    case html

    /// What names of such files end with.
    var suffix: String {
        switch self {
        case .text: ".txt"
        case .json: ".json"
        case .markdown: ".md"
        case .junit: ".xml"
        case .sarif: ".sarif"
        case .html: ".html"
        }
    }

    /// The report in this format, as of now, without the end of its last line; of a large cluster it has tens of megabytes.
    func bytes(of report: RehearsalReport, clock: WallClock) -> [UInt8] {
        switch self {
        case .text: Array(report.text.utf8)
        case .json: report.document.bytes(.pretty)
        case .markdown: Array(report.markdown.utf8)
        case .junit: Array(report.junit(made: clock.now).utf8)
        case .sarif: report.sarif(version: Understudy.version, directory: FileManager.default.currentDirectoryPath).bytes(.pretty)
        case .html: Array(report.html(made: clock.now, version: Understudy.version).utf8)
        }
    }
}

/// A file for the report, in the format that its name tells.
struct ReportFile: ExpressibleByArgument {
    static let suffixes = ReportFormat.allCases.map(\.suffix).joined(separator: " ")

    private let path: String
    private let format: ReportFormat

    init?(argument: String) {
        guard let format = ReportFormat.allCases.first(where: { argument.hasSuffix($0.suffix) }) else { return nil }
        path = argument
        self.format = format
    }

    /// Writes the report; what stands there already is replaced.
    func write(_ report: RehearsalReport, clock: WallClock) throws(ExitCode) {
        do {
            try Data(format.bytes(of: report, clock: clock) + [UInt8(ascii: "\n")]).write(to: URL(filePath: path))
        } catch {
            throw Console.failure("--report \(path): \(error)")
        }
    }
}
