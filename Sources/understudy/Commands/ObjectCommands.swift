import ArgumentParser
import IdentityModel
import IdentityStore
import WireFormats

struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Add or replace objects of a running server, over its files.",
        discussion: "Each file is taken whole or not at all. What is applied lasts until the server stops.")

    @OptionGroup var server: ControlOptions

    @Option(
        name: [.short, .customLong("filename")],
        help: ArgumentHelp("A manifest file or directory; - reads standard input. Repeatable.", valueName: "file"))
    var filenames: [String]

    func run() async throws {
        let client = try server.client()
        let files: [ManifestFile]
        do { files = try ManifestFiles.read(filenames) } catch { throw Console.failure("\(error)") }
        for file in files {
            let document = try await client.send("PUT", "/objects", body: file.bytes)
            for key in document["changed"]?.elements ?? [] { Console.print("\(key.text ?? "") applied") }
        }
    }
}

/// A kind and a name as a person types them.
struct ObjectArguments: ParsableArguments {
    @Argument(help: "The kind, singular or plural: pod, azureidentity, node, …")
    var kind: String

    @Argument(help: ArgumentHelp("The object; without a namespace, default.", valueName: "namespace/name"))
    var name: String?

    /// The path of the object, or of all objects of the kind.
    func path() throws -> String {
        guard let kind = ObjectKind(word: kind) else {
            throw ValidationError("found kind \"\(self.kind)\"; allowed: \(ObjectKind.allCases.map(\.plural).joined(separator: ", "))")
        }
        guard let name else { return "/objects/\(kind.plural)" }
        guard let reference = NamespacedName(reference: name) else {
            throw ValidationError("found \"\(name)\"; allowed: NAME or NAMESPACE/NAME")
        }
        let qualified = kind.isNamespaced ? [reference.namespace, reference.name] : [reference.name]
        return "/objects/\(kind.plural)/" + qualified.map(Percent.encodeQuery).joined(separator: "/")
    }
}

struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove an object from a running server, over its files.")

    @OptionGroup var server: ControlOptions
    @OptionGroup var object: ObjectArguments

    func validate() throws {
        _ = try object.path()
        if object.name == nil { throw ValidationError("say which object: NAME or NAMESPACE/NAME") }
    }

    func run() async throws {
        let document = try await server.client().send("DELETE", try object.path(), body: nil)
        for key in document["changed"]?.elements ?? [] { Console.print("\(key.text ?? "") deleted") }
    }
}

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show objects of a running server.", discussion: "Values of secrets are not shown.")

    @OptionGroup var server: ControlOptions
    @OptionGroup var object: ObjectArguments

    @Option(help: "text (the default) or json.")
    var format: OutputFormat = .text

    func validate() throws { _ = try object.path() }

    func run() async throws {
        let document = try await server.client().get(try object.path())
        guard format == .text, let items = document["items"]?.elements else { return Console.print(document.rendered(.pretty)) }
        for item in items {
            let metadata = item["metadata"]
            let namespace = metadata?["namespace"]?.text.map { "\($0)/" } ?? ""
            let status = item["status"]
            let state = status?["status"]?.text.map { "  \($0)" } ?? ""
            let ids = [("client id", status?["clientID"]?.text), ("principal id", status?["principalID"]?.text)]
                .compactMap { name, id in id.map { "\(name) \($0)" } }
            let shown = ids.isEmpty ? "" : "  " + ids.joined(separator: ", ")
            Console.print("\(item["kind"]?.text ?? "") \(namespace)\(metadata?["name"]?.text ?? "")\(state)\(shown)")
        }
    }
}
