import ArgumentParser
import FoundationEssentials
import HTTPFetching
import WireFormats

/// Where a running server is told what to do.
///
/// Shared by every command that talks to one.
struct ControlOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Control URL of the running server (default: http://127.0.0.1:8181).", valueName: "url"))
    var control: String?

    @Option(help: ArgumentHelp("State directory of the server; its control-token is sent with changes.", valueName: "dir"))
    var state: String?

    /// A client for the server that the flags and their twins mean.
    func client() throws -> ControlClient {
        let url = try FlagTwin("control").value(control) ?? "http://127.0.0.1:8181"
        // `serve` takes HOST:PORT for the same flag; whoever gives that here means the same server.
        let base = url.contains("://") ? url : "http://\(url)"
        var token: String?
        if let directory = try FlagTwin("state").value(state),
            let text = try? String(contentsOfFile: "\(directory)/control-token", encoding: .utf8)
        {
            token = text.split(separator: "\n").first.map(String.init)
        }
        return ControlClient(base: base.hasSuffix("/") ? String(base.dropLast()) : base, token: token)
    }
}

/// A client of the control listener.
///
/// Failures are told and end the command.
struct ControlClient {
    let base: String
    let token: String?

    /// The document at a path; a refusal is told with its reasons and ends the command.
    func get(_ path: String) async throws -> JSONValue { try await send("GET", path, body: nil) }

    /// Sends a change.
    ///
    /// - Parameter timeoutSeconds: longer where the server is asked to wait.
    func send(_ method: String, _ path: String, body: [UInt8]?, timeoutSeconds: Int = 10) async throws -> JSONValue {
        let response = try await fetch(method, path, body: body, timeoutSeconds: timeoutSeconds)
        let document = (try? JSONValue(parsing: response.body)) ?? .null
        guard (200..<300).contains(response.status) else {
            let problems = (document["problems"]?.elements ?? []).compactMap(\.text)
            let message = document["error"]?.text ?? "\(base)\(path) answered \(response.status)"
            // The server found the question itself at fault: that is usage, not a finding.
            guard response.status != 400 else {
                Console.complain("understudy: \(message)")
                throw ExitCode(64)
            }
            throw Console.failure(([message] + problems.map { "  \($0)" }).joined(separator: "\n"))
        }
        return document
    }

    /// The plain answer at a path.
    func fetch(_ method: String, _ path: String, body: [UInt8]? = nil, timeoutSeconds: Int = 10) async throws -> FetchResponse {
        var request = FetchRequest(
            method: method, url: base + path, body: body, timeoutSeconds: timeoutSeconds, maximumBytes: 64 << 20)
        if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
        do {
            return try await HTTPFetcher().fetch(request)
        } catch {
            throw Console.failure(
                "no server answers at \(base): \(error)\n  Start one with `understudy serve`, or say where it is with --control URL.")
        }
    }
}

/// How a command prints what it found.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
}
