import ArgumentParser
import IdentityModel
import IdentityStore
import ManifestReading
import Surroundings
import WireFormats

struct FaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault", abstract: "Bad days of a running server: add, list, clear.",
        discussion: """
            A fault meets requests and answers them otherwise than the service would. The same may stand in a manifest, as kind Fault; \
            apply, get and delete take it too. `decisions` tells which requests met one, `decisions --retries` what clients did about it.
            """,
        subcommands: [AddFault.self, ListFaults.self, ClearFaults.self])
}

struct AddFault: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a fault, and print its name.",
        discussion: """
            Times are such as 20s, 1500ms, 2m, or whole seconds.

              understudy fault add --source imds --status 429 --retry-after 3 --times 2
              understudy fault add --source imds --status 410 --for 60s --pod default/web
              understudy fault add --source authority --status 503 --probability 0.2 --seed 7
              understudy fault add -f faults.yaml
            """)

    @OptionGroup var server: ControlOptions
    @OptionGroup(title: "Which requests") var match: FaultMatchOptions
    @OptionGroup(title: "What happens") var action: FaultActionOptions

    @Option(help: ArgumentHelp("Its name (default: made from what it does).", valueName: "name"))
    var name: String?

    @Option(
        name: [.customShort("f"), .customLong("filename")],
        help: ArgumentHelp("Faults from a manifest instead of flags; - reads standard input. Repeatable.", valueName: "file"))
    var filenames: [String] = []

    func validate() throws {
        if filenames.isEmpty {
            guard action.isGiven else { throw ValidationError("say what happens: --status, --delay, --reset, …, or -f FILE") }
            let problems = Self.problems(in: document(named: name ?? "fault").bytes(), from: "fault add")
            guard problems.isEmpty else { throw ValidationError(problems.joined(separator: "\n")) }
        } else if action.isGiven || match.isGiven || name != nil {
            throw ValidationError("-f takes faults from a file: other flags say nothing then")
        }
    }

    func run() async throws {
        let client = try server.client()
        for bytes in try manifests() {
            let answer = try await client.send("PUT", "/objects", body: bytes)
            for key in answer["changed"]?.elements ?? [] { Console.print(String((key.text ?? "").drop { $0 != " " }.dropFirst())) }
        }
    }

    private func manifests() throws -> [[UInt8]] {
        guard !filenames.isEmpty else {
            let suffix = Hexadecimal.encode(Entropy.live.bytes(2))
            return [document(named: name ?? "\(action.word)-\(suffix)").bytes()]
        }
        let files: [ManifestFile]
        do { files = try ManifestFiles.read(filenames) } catch { throw Console.failure("\(error)") }
        for file in files {
            let problems = Self.problems(in: file.bytes, from: file.path)
            guard problems.isEmpty else { throw Console.failure(problems.joined(separator: "\n")) }
        }
        return files.map(\.bytes)
    }

    /// What is wrong with a manifest of faults; one that holds anything else is for `apply`.
    private static func problems(in bytes: [UInt8], from origin: String) -> [String] {
        var contents = ManifestContents()
        do {
            for document in try ManifestText.documents(in: bytes, file: origin) { contents.read(document, file: origin) }
        } catch {
            return [ManifestProblem(syntax: error).description]
        }
        let others = contents.entries.filter { $0.key.kind != .fault }.map {
            "\(origin): found \($0.key); allowed: Fault alone (see apply)"
        }
        return contents.problems.map(\.description) + others
    }

    private func document(named name: String) -> JSONValue {
        var spec: [JSONMember] = []
        if match.isGiven { spec.append(JSONMember("match", .object(match.members))) }
        spec += action.schedule + [JSONMember("do", .object(action.members))]
        return [
            "apiVersion": .string(ObjectKind.Group.understudy.apiVersion), "kind": "Fault", "metadata": ["name": .string(name)],
            "spec": .object(spec),
        ]
    }
}

struct ListFaults: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the faults, in the order in which they are asked, and how far each has come.")

    @OptionGroup var server: ControlOptions

    @Option(help: "text (the default) or json.")
    var format: OutputFormat = .text

    func run() async throws {
        let document = try await server.client().get("/faults")
        guard format == .text else { return Console.print(document.rendered(.pretty)) }
        let faults = document["faults"]?.elements ?? []
        guard !faults.isEmpty else { return Console.print("no faults") }
        Console.print(TextTable.text([["NAME", "STATE", "MET", "ACTED", "NEXT", "WHO"]] + faults.map(Self.row)))
    }

    private static func row(_ fault: JSONValue) -> [String] {
        let match = fault["spec"]?["match"]
        let who = match.map { match -> String in
            guard case .object(let members) = match else { return "" }
            return members.map { member in
                let values = member.value.elements?.compactMap(\.text).joined(separator: ",") ?? member.value.text ?? ""
                return "\(member.name)=\(values)"
            }.joined(separator: " ")
        }
        return [
            fault["name"]?.text ?? "", fault["state"]?.text ?? "", fault["met"]?.rendered() ?? "", fault["acted"]?.rendered() ?? "",
            fault["step"]?.text ?? "-", who ?? "everybody",
        ]
    }
}

struct ClearFaults: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Remove faults by name, or all of them.",
        discussion: "A fault of a file is back when the server starts anew.")

    @OptionGroup var server: ControlOptions

    @Argument(help: ArgumentHelp("Their names (default: all).", valueName: "name"))
    var names: [String] = []

    func run() async throws {
        let client = try server.client()
        let paths = names.isEmpty ? ["/faults"] : names.map { "/objects/faults/\(Percent.encodeQuery($0))" }
        for path in paths {
            let document = try await client.send("DELETE", path, body: nil)
            for key in document["changed"]?.elements ?? [] { Console.print("\(key.text ?? "") cleared") }
        }
    }
}
