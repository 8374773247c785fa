import Diagnosis
import FoundationEssentials
import HTTPFetching
import Surroundings
import WireFormats

/// What `doctor` asks over HTTP, each within a second.
enum DoctorProbes {
    /// The longest that anything is waited for.
    static let limitSeconds = 1

    // MARK: 169.254.169.254

    /// The answer of 169.254.169.254, and the mark by which a server's journal knows the question.
    struct Knock: Sendable {
        let answer: AddressAnswer
        let correlation: String
    }

    private static let probePath = "/metadata/identity/oauth2/token?api-version=2018-02-01"

    /// Asks as SDKs probe: without the header `Metadata`, so that nobody gives a token.
    static func askMetadataAddress() async -> Knock {
        let correlation = GUID(from: .live).description
        let request = FetchRequest(
            url: "http://169.254.169.254\(probePath)",
            headers: [("User-Agent", "understudy-doctor"), ("x-understudy-correlation", correlation)], timeoutSeconds: limitSeconds)
        let answer: AddressAnswer
        do throws(FetchError) {
            let response = try await HTTPFetcher().fetch(request)
            answer = .answered(status: response.status, headers: response.headers, body: String(decoding: response.body, as: UTF8.self))
        } catch {
            answer =
                switch error {
                case .timedOut: .silent(seconds: limitSeconds)
                case .couldNotConnect(_, let reason, _): .nobody(reason: reason)
                default: .nobody(reason: "\(error)")
                }
        }
        return Knock(answer: answer, correlation: correlation)
    }

    /// Whether the running server's journal has the question.
    static func owner(of knock: Knock, _ seen: SeenServer, _ client: ControlClient) async -> AddressOwner {
        guard seen.status != nil, case .answered = knock.answer else { return .unknown }
        let order: JSONValue = ["correlation": .string(knock.correlation), "outcome": "any"]
        let request = FetchRequest(
            method: "POST", url: client.base + "/verify", headers: authorization(client), body: order.bytes(), timeoutSeconds: limitSeconds)
        guard let response = try? await HTTPFetcher().fetch(request), let verdict = try? JSONValue(parsing: response.body) else {
            return .unknown
        }
        return verdict["matches"]?.elements?.isEmpty == false ? .thisServer : .anotherThanThisServer
    }

    private static func authorization(_ client: ControlClient) -> [(String, String)] {
        client.token.map { [("Authorization", "Bearer \($0)")] } ?? []
    }

    // MARK: The server

    /// What a running server told of itself.
    struct SeenServer: Sendable {
        /// Nil when no server answers as Understudy.
        var status: JSONValue?
        /// Both clocks at one moment.
        var clock: (host: UnixSeconds, server: ServerClock)?
        /// PEM.
        var caCertificate: String?
        var findings: [Finding] = []

        /// The URLs that workloads may ask.
        var listeners: [String] {
            let sources = if case .object(let members) = status?["sources"] { members.compactMap(\.value.text) } else { [String]() }
            return ["metadata", "nodeMetadata", "authority"].compactMap { status?[$0]?.text } + sources
        }
    }

    /// Asks the control listener, and what it names.
    static func look(at client: ControlClient) async -> SeenServer {
        let base = client.base
        do throws(FetchError) {
            let response = try await fetch(base + "/status")
            guard response.status == 200, let status = try? JSONValue(parsing: response.body), status["node"] != nil else {
                let fix = "free that port, or serve with --control HOST:PORT"
                return SeenServer(findings: [Finding(.server, .problem, "\(base) answers, but not as Understudy", fix: fix)])
            }
            return await look(at: base, status)
        } catch {
            return SeenServer(
                findings: [Finding(.server, .problem, "no server answers at \(base): \(error)", fix: "understudy serve, or --control URL")])
        }
    }

    private static func look(at base: String, _ status: JSONValue) async -> SeenServer {
        async let metadata = metadataFinding(status)
        async let authority = authorityFinding(status)
        async let manifests = manifestFinding(base)
        async let certificate = try? fetch(base + "/ca.crt")
        async let clock = clock(base)
        let plane = status["node"]?["plane"]?.text ?? "unknown"
        let answers = Finding(.server, .good, "a server answers at \(base), plane \(plane)")
        return await SeenServer(
            status: status, clock: clock,
            caCertificate: certificate.flatMap { $0.status == 200 ? String(decoding: $0.body, as: UTF8.self) : nil },
            findings: [answers] + [metadata, authority, manifests].compactMap(\.self))
    }

    /// SDKs probe with a request that lacks the header; 400 means "here" (source: imds.md §6).
    private static func metadataFinding(_ status: JSONValue) async -> Finding? {
        guard let metadata = status["metadata"]?.text else { return nil }
        do throws(FetchError) {
            let response = try await fetch(metadata + probePath)
            return response.status == 400
                ? Finding(.server, .good, "the metadata listener, \(metadata), answers an SDK's probe")
                : Finding(.server, .problem, "the metadata listener, \(metadata), answers an SDK's probe with \(response.status), not 400")
        } catch {
            return Finding(.server, .problem, "the metadata listener does not answer: \(error)", fix: "look at the server's log")
        }
    }

    private static func authorityFinding(_ status: JSONValue) async -> Finding? {
        guard let authority = status["authority"]?.text, let file = status["caFile"]?.text, let tenant = status["node"]?["tenantID"]?.text
        else { return nil }
        guard FileManager.default.fileExists(atPath: file) else {
            return Finding(.trust, .note, "the CA file \(file) is not on this host", fix: "understudy ca --out FILE fetches it")
        }
        do throws(FetchError) {
            let response = try await fetch("\(authority)/\(tenant)/v2.0/.well-known/openid-configuration", trustedCAFile: file)
            return response.status == 200
                ? Finding(.server, .good, "the authority, \(authority), has a certificate that verifies with \(file)")
                : Finding(.server, .problem, "the authority, \(authority), answers its discovery document with \(response.status), not 200")
        } catch {
            return Finding(
                .server, .problem, "the authority cannot be trusted with \(file): \(error)",
                fix: "serve with --authority-name NAME for the name you call it by")
        }
    }

    private static func manifestFinding(_ base: String) async -> Finding? {
        guard let response = try? await fetch(base + "/readyz"), let ready = try? JSONValue(parsing: response.body),
            let problems = ready["reload"]?["problems"]?.elements
        else { return nil }
        return Finding(
            .server, .problem, "the latest change of the manifests stands refused: \(problems.first?.text ?? "")",
            fix: "mend the file; the last good state is served meanwhile")
    }

    private static func clock(_ base: String) async -> (host: UnixSeconds, server: ServerClock)? {
        guard let response = try? await fetch(base + "/clock"), let document = try? JSONValue(parsing: response.body),
            let now = document["now"]?.text.flatMap({ UnixSeconds(rfc3339: $0) }), let offset = document["offsetSeconds"]?.wholeNumber
        else { return nil }
        return (WallClock.live.now, ServerClock(emulated: now, offsetSeconds: Int64(offset)))
    }

    private static func fetch(_ url: String, trustedCAFile: String? = nil) async throws(FetchError) -> FetchResponse {
        try await HTTPFetcher().fetch(
            FetchRequest(
                url: url, headers: [("User-Agent", "understudy-doctor")], timeoutSeconds: limitSeconds, trustedCAFile: trustedCAFile))
    }
}
