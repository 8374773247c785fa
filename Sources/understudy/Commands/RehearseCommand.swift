public import ArgumentParser
import FoundationEssentials
public import IdentityModel
import IdentityStore
import Rehearsal
import Surroundings

/// `rehearse`: both worlds, side by side, before a cluster is touched.
struct RehearseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Rehearse the move from pod identity to workload identity; tell what changes and what breaks.",
        discussion: """
            Give it the cluster as it is: kubectl get azureidentity,azureidentitybinding,azurepodidentityexception,pod,sa,deploy,sts,ds,\
            job,cronjob -A -o yaml. Nothing else is needed, and nobody outside is asked: NMI, the webhook, the sidecar and Entra are \
            played in this process, and every workload asks them for tokens, as it is and as it would be. --decisions asks again what applications really asked; --command runs a program in both worlds.

            Exit codes: 0 when nothing blocks the migration, 1 when something does, 64 usage.
            """)

    @Argument(help: ArgumentHelp("Manifest files or directories; - reads standard input.", valueName: "manifest"))
    var manifests: [String]

    @Option(
        help: ArgumentHelp(
            "What is to be there after the migration: manifests that count before the cluster's own. Repeatable (default: worked out).",
            valueName: "manifest"))
    var target: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write the migration here: manifests, patches, credentials, the order of steps, what is left to decide.", valueName: "dir"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "The cluster's issuer, as az aks show tells it (default: that of a Cluster in the manifests).", valueName: "url"))
    var issuer: String?

    @Option(
        help: ArgumentHelp(
            "NMI's mode (default: a Node's, else standard when there are AzureAssignedIdentity objects).", valueName: "mode"))
    var mode: PodIdentityMode?

    @Option(help: ArgumentHelp("What tokens are asked for.", valueName: "resource"))
    var resource = RehearsalSettings().resource

    @Option(help: ArgumentHelp("The Node whose settings count, where there are several.", valueName: "name"))
    var nodeName: String?

    @Flag(help: "The cluster is of version 1.32 or later, so the webhook's sidecar is a native one.")
    var nativeSidecars = false

    @OptionGroup var recordings: RecordingOptions

    @OptionGroup var live: LiveOptions

    @Option(help: "How the report is printed: text for people, json for programs, markdown for a comment, junit, sarif, html.")
    var format = ReportFormat.text

    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "Write the report here too, in the format its name tells: \(ReportFile.suffixes). Repeatable.", valueName: "file"))
    var reportFiles: [ReportFile] = []

    func validate() throws {
        guard [manifests, target, recordings.decisions].count(where: { $0.contains("-") }) < 2 else {
            throw ValidationError("-: found several times; allowed: once, for standard input can be read once")
        }
    }

    func run() async throws {
        SpareMemory.keepLargeBlocksApart()
        let recorded = try recordings.read()
        let outcome: RehearsalOutcome
        do {
            let cluster = try ExportedCluster(try ManifestFiles.read(manifests))
            var settings = RehearsalSettings()
            settings.issuer = issuer
            settings.mode = mode
            settings.resource = resource
            settings.nodeName = nodeName
            settings.hasNativeSidecars = nativeSidecars
            let given = target.isEmpty ? nil : try ExportedCluster(try ManifestFiles.read(target))
            // Time stands still, so that tokens of both worlds are alike to the second.
            let rehearsal = Rehearsal(
                of: cluster, target: given, recorded: recorded, settings: settings, clock: .frozen(at: WallClock.live.now), entropy: .live)
            outcome = try await rehearsal.run(live: try await live.rehearsal(), progress: Self.tell)
            if let out { try write(outcome.generatedFiles, to: out) }
        } catch let error as ManifestRefusal {
            throw Console.failure(error)
        } catch let error as NothingToRehearse {
            throw Console.failure("\(error)")
        } catch let error as ManifestPathError {
            throw Console.failure("\(error)")
        } catch let error as LiveRefusal {
            Console.complain("understudy: \(error)")
            throw ExitCode(64)
        }
        let report = outcome.report
        for file in reportFiles { try file.write(report, clock: .live) }
        Console.print(format.bytes(of: report, clock: .live))
        if report.hasBlocker { throw ExitCode(1) }
    }

    /// Tells how far a large cluster is, in tenths.
    private static let tell: Rehearsal.Progress = { step, done, all in
        guard all >= 200, done * 10 / all != (done - 1) * 10 / all else { return }
        Console.complain("\(step): \(done) of \(all) workloads")
    }

    /// Writes the generated files; what stands there already is replaced.
    private func write(_ files: [GeneratedFile], to directory: String) throws {
        do {
            for file in files {
                let path = "\(directory)/\(file.path)"
                let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: URL(filePath: path))
            }
        } catch {
            throw Console.failure("--out \(directory): \(error)")
        }
    }
}

extension PodIdentityMode: ExpressibleByArgument {}
