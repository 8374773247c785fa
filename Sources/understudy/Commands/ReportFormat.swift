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

    /// The report in this format, as of now.
    func text(of report: RehearsalReport, clock: WallClock) -> String {
        switch self {
        case .text: report.text
        case .json: report.document.rendered(.pretty)
        case .markdown: report.markdown
        case .junit: report.junit(made: clock.now)
        case .sarif:
            report.sarif(version: Understudy.version, directory: FileManager.default.currentDirectoryPath).rendered(.pretty)
        case .html: report.html(made: clock.now, version: Understudy.version)
        }
    }
}
