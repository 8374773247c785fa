import ArgumentParser
import Cryptography
import FoundationEssentials
import HTTPFetching
import MetadataService
import Surroundings

struct CACommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca",
        abstract: "The trust bundle: the root and the authority below it, in PEM.",
        discussion: """
            With it a verifier trusts the authority's TLS certificate, attested documents and the certificates of token binding:

              understudy ca --out bundle.pem
              openssl cms -verify -purpose any -CAfile bundle.pem -inform DER <document

            It comes from a running server, or, with --state, from where serve keeps its keys; then no server need run.
            """)

    @Option(help: ArgumentHelp("Control URL of the running server (default: http://127.0.0.1:8181).", valueName: "url"))
    var control: String?

    @Option(help: ArgumentHelp("State directory of a server, to be read instead of asking one.", valueName: "dir"))
    var state: String?

    @Option(help: ArgumentHelp("Write the bundle to this file instead of standard output.", valueName: "file"))
    var out: String?

    func validate() throws {
        guard control == nil || state == nil else { throw ValidationError("--control and --state: one of the two is allowed, not both") }
    }

    func run() async throws {
        // A flag beats the environment: one that names a server keeps UNDERSTUDY_STATE from being asked.
        let directory = control == nil ? try FlagTwin("state").value(state) : nil
        let bundle = if let directory { try Self.bundle(in: directory) } else { try await bundleOfServer() }
        guard let file = try FlagTwin("out").value(out) else {
            // The console ends the line.
            return Console.print(bundle.hasSuffix("\n") ? String(bundle.dropLast()) : bundle)
        }
        do {
            try Data(bundle.utf8).write(to: URL(filePath: file), options: .atomic)
        } catch {
            throw Console.failure("cannot write \(file): \(error)")
        }
    }

    private func bundleOfServer() async throws -> String {
        var server = ControlOptions()
        server.control = control
        server.state = nil
        let client = try server.client()
        let answer = try await client.fetch("GET", "/ca-bundle.pem")
        guard answer.status == 200 else { throw Console.failure("\(client.base)/ca-bundle.pem answered \(answer.status)") }
        return String(decoding: answer.body, as: UTF8.self)
    }

    /// The bundle of what `serve` keeps in a directory; the authority below the root may not be made yet and is then made as `serve` would.
    private static func bundle(in path: String) throws -> String {
        do {
            guard FileManager.default.fileExists(atPath: path) else { throw Console.failure("\(path): there is no such directory") }
            let directory = try KeyDirectory(path: path)
            guard let root = try CertificateAuthority.load(from: directory) else {
                throw Console.failure("\(path): no CA is kept here; understudy serve --state \(path) makes one")
            }
            let issuing = try PlatformKeys.issuing(in: directory, under: root, now: WallClock.live.now, entropy: .live)
            return root.certificate.pem + issuing.certificate.pem
        } catch let told as ExitCode {
            throw told
        } catch {
            throw Console.failure("\(error)")
        }
    }
}
