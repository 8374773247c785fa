import FoundationEssentials
import HTTPFetching
import HTTPServing
import Logging
import NIOCore
import NIOPosix
import Surroundings
import Synchronization

@testable import WorkloadIdentity

/// Everything the sidecar asks of others, answered by a script and remembered.
final class ScriptedWorld: Sendable {
    typealias Script = @Sendable (FetchRequest) -> Result<FetchResponse, FetchError>

    private let script: Mutex<Script>
    private let seen = Mutex<[FetchRequest]>([])
    private let waits = Mutex<[Duration]>([])

    init(_ script: @escaping Script) { self.script = Mutex(script) }

    var requests: [FetchRequest] { seen.withLock { $0 } }
    var pauses: [Duration] { waits.withLock { $0 } }

    func count(_ method: String, _ part: String) -> Int { requests.count { $0.method == method && $0.url.contains(part) } }

    func change(_ new: @escaping Script) { script.withLock { $0 = new } }

    /// The jitter is always the least.
    func outbound(_ clock: WallClock) -> Outbound {
        Outbound(
            fetch: { request throws(FetchError) in
                self.seen.withLock { $0.append(request) }
                // Others get to run, as they would during a real exchange.
                await Task.yield()
                return try self.script.withLock { $0 }(request).get()
            }, clock: clock, entropy: Entropy { 0 }, pause: { duration in self.waits.withLock { $0.append(duration) } })
    }
}

/// An authority's answers.
enum StubAuthority {
    static let tokenEndpoint = "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/oauth2/v2.0/token"

    static func discovery(_ endpoint: String = tokenEndpoint) -> FetchResponse {
        answer(200, "OK", #"{"token_endpoint":"\#(endpoint)","authorization_endpoint":"https://a/b","issuer":"https://a/"}"#)
    }

    static func token(_ token: String, expiresIn: String = "3599", more: String = "") -> FetchResponse {
        answer(200, "OK", #"{"token_type":"Bearer","expires_in":\#(expiresIn),"ext_expires_in":3599\#(more),"access_token":"\#(token)"}"#)
    }

    static func answer(_ status: Int, _ reason: String, _ body: String, headers: [(name: String, value: String)] = []) -> FetchResponse {
        FetchResponse(status: status, reason: reason, headers: headers, body: Array(body.utf8))
    }

    /// Discovery, and then what `grant` says to a token request.
    static func world(_ grant: @escaping @Sendable (FetchRequest) -> Result<FetchResponse, FetchError>) -> ScriptedWorld {
        ScriptedWorld { request in request.url.contains("openid-configuration") ? .success(discovery()) : grant(request) }
    }
}

/// The answer on the wire, head and body apart.
struct SidecarAnswer {
    let statusLine: String
    let headers: [SidecarRecording.Header]
    let body: [UInt8]

    init(_ bytes: [UInt8]) {
        let end = bytes.indices.first { bytes[$0...].starts(with: "\r\n\r\n".utf8) } ?? bytes.endIndex
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        statusLine = lines.first.map(String.init) ?? ""
        headers = lines.dropFirst().map { line in
            let name = line.prefix { $0 != ":" }
            return .init(name: String(name), value: String(line.dropFirst(name.count + 1).drop { $0 == " " }))
        }
        body = Array(bytes[end...].dropFirst(4))
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}

enum SidecarSocket {
    /// Sends bytes to a listener of its own and gives back all that comes until the end.
    static func exchange(_ request: String, with service: SidecarService, clock: WallClock) async throws -> SidecarAnswer {
        let listener = HTTPListener(
            name: "proxy", address: ListenAddress(host: "127.0.0.1", port: 0), tls: nil, limits: SidecarService.limits, clock: clock,
            protocolErrors: .go, logger: quiet, responder: service)
        let address = try await listener.bind()
        let serving = Task { try await listener.run() }
        let result: Result<[UInt8], any Error>
        do { result = .success(try await send(Array(request.utf8), to: address)) } catch { result = .failure(error) }
        serving.cancel()
        _ = await serving.result
        return SidecarAnswer(try result.get())
    }

    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    private static func send(_ bytes: [UInt8], to address: ListenAddress) async throws -> [UInt8] {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            var received: [UInt8] = []
            for try await part in inbound { received += Array(part.readableBytesView) }
            return received
        }
    }
}

extension TemporaryDirectory {
    /// Writes a token file and gives its path.
    func write(_ token: String) throws -> String {
        try Data(token.utf8).write(to: URL(filePath: path + "/token"))
        return path + "/token"
    }

    /// Removes it.
    func remove() throws { try FileManager.default.removeItem(atPath: path + "/token") }
}
