public import ArgumentParser
public import ManagedIdentitySources
import WireFormats

extension ManagedIdentitySource: ExpressibleByArgument {}

/// The environment at a managed identity source, as a running server tells it.
struct SourceBlock {
    private let source: ManagedIdentitySource
    private let document: JSONValue

    /// Asks the server.
    init(_ source: ManagedIdentitySource, from client: ControlClient) async throws {
        let served = try await client.get("/sources")["sources"]?.elements ?? []
        guard let found = served.first(where: { $0["source"]?.text == source.rawValue }) else {
            let names = served.compactMap { $0["source"]?.text }
            throw Console.failure(
                "the running server does not serve \(source.rawValue); it serves \(names.isEmpty ? "none" : names.joined(separator: ", "))\n"
                    + "  Start it with --source \(source.rawValue).")
        }
        self.source = source
        document = found
    }

    /// The block; `common` are the variables that go with every source.
    func block(caFile: String?, common: [(name: String, value: String)]) -> EnvironmentBlock {
        var block = EnvironmentBlock(notes: Self.notes[source] ?? [])
        block.absent = (document["absent"]?.elements ?? []).compactMap(\.text)
        block.variables = (document["variables"]?.elements ?? []).map { ($0["name"]?.text ?? "", $0["value"]?.text ?? "") }
        if source.isSecure, let caFile { block.variables += EnvironmentBlock.trust(caFile) }
        block.variables += common
        return block
    }

    /// What a variable cannot say.
    private static let notes: [ManagedIdentitySource: [String]] = [
        .arc: [
            "The workload reads keys from \(ArcChallenges.usualDirectory): run it there, or mount the server's --arc-directory there."
        ],
        .serviceFabric: [
            "Python and .NET pin the certificate by its thumbprint; others need the CA, which replaces the public roots here."
        ],
        .cloudShell: ["No SDK lets a workload name an identity here: Cloud Shell has its one."],
    ]
}
