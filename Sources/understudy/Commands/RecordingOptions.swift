import ArgumentParser
import IdentityStore
import Rehearsal

/// Recordings of what applications really asked.
struct RecordingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            What applications really asked, to be asked again in both worlds: what understudy decisions --format json prints, or NMI's own \
            log, which holds no identities. Repeatable; - reads standard input.
            """, valueName: "file"))
    var decisions: [String] = []

    /// The recordings; nil when there are none.
    func read() throws -> RecordedUse? {
        guard !decisions.isEmpty else { return nil }
        do {
            let use = try RecordedUse(try ManifestFiles.read(decisions))
            for problem in use.unread.prefix(Self.shownProblems) { Console.complain("understudy: --decisions: \(problem)") }
            if use.unread.count > Self.shownProblems {
                Console.complain("understudy: --decisions: \(use.unread.count - Self.shownProblems) further lines were not understood")
            }
            return use
        } catch let problem as RecordingProblem {
            throw Console.failure("--decisions: \(problem)")
        } catch let problem as ManifestPathError {
            throw Console.failure("--decisions: \(problem)")
        }
    }

    private static let shownProblems = 20
}
