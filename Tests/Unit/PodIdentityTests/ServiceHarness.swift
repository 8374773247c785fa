import Decisions
import HTTPServing
import IdentityStore
import Logging
import NIOCore
import NIOPosix
import PodIdentity
import Surroundings
import Synchronization

/// A metadata service that gives prepared answers in order, and remembers what it was asked.
final class ScriptedUpstream: LocalMetadataUpstream {
    private let script: [HTTPResponse]
    private let answersLater: Bool
    private let requests = Mutex<[(request: HTTPRequest, generation: Int?)]>([])

    /// Past its script it repeats the last answer.
    init(_ script: [HTTPResponse], answersLater: Bool = false) {
        self.script = script
        self.answersLater = answersLater
    }

    var asked: [HTTPRequest] { requests.withLock { $0.map(\.request) } }
    /// The generation of the world each was asked in; nil for the newest.
    var generations: [Int?] { requests.withLock { $0.map(\.generation) } }

    func answer(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer {
        let count = requests.withLock { requests in
            requests.append((request, snapshot?.generation))
            return requests.count
        }
        let fallback = HTTPResponse(status: .teapot, headers: [], body: Array("nothing was prepared".utf8))
        let response = script.isEmpty ? fallback : script[min(count, script.count) - 1]
        return answersLater ? .later { response } : .now(response)
    }
}

/// An Entra that gives prepared answers in order, and remembers what it was asked.
final class ScriptedAuthority: ServicePrincipalAuthority {
    private let script: [ServicePrincipalAnswer]
    private let problem: CertificateProblem?
    private let requests = Mutex<[ServicePrincipalRequest]>([])

    /// Past its script it repeats the last answer; every certificate has the same `problem`.
    init(_ script: [ServicePrincipalAnswer], problem: CertificateProblem? = nil) {
        self.script = script
        self.problem = problem
    }

    var asked: [ServicePrincipalRequest] { requests.withLock { $0 } }

    func problem(ofCertificate file: SecretBytes, password: SecretBytes) -> CertificateProblem? { problem }

    func answer(_ request: ServicePrincipalRequest) async -> ServicePrincipalAnswer {
        let count = requests.withLock { requests in
            requests.append(request)
            return requests.count
        }
        return script.isEmpty ? ServicePrincipalAnswer(status: 418, body: []) : script[min(count, script.count) - 1]
    }
}

/// The service behind a real socket, told that its callers come from another address than they do.
struct CallerSubstitution: HTTPResponder {
    let caller: PeerAddress
    let service: PodIdentityService

    func respond(to request: HTTPRequest) -> HTTPAnswer {
        service.respond(
            to: HTTPRequest(
                method: request.method, target: request.target, headers: request.headers.map { ($0.name, $0.value) }, body: request.body,
                peer: caller))
    }
}

/// A service on the recorded world, with its journal.
struct Harness: Sendable {
    static let now = UnixSeconds(1_770_715_293)
    /// `now`, as `Date` says it.
    static let date = "Tue, 10 Feb 2026 09:21:33 GMT"

    let journal = DecisionJournal(capacity: 100, clock: .frozen(at: now))
    let upstream: ScriptedUpstream
    let authority: ScriptedAuthority
    let service: PodIdentityService

    init(
        _ store: IdentityStore, upstream: ScriptedUpstream, authority: ScriptedAuthority = ScriptedAuthority([]),
        entropy: Entropy = Entropy { 0 }, timing: Timing = .instant
    ) {
        self.upstream = upstream
        self.authority = authority
        service = PodIdentityService(
            store: store, upstream: upstream, authority: authority, journal: journal, entropy: entropy, timing: timing)
    }

    var decisions: [Decision] { journal.decisions(DecisionQuery()).map(\.decision) }

    /// Asks without a socket.
    func ask(
        _ target: String, from peer: PeerAddress, headers: [(String, String)] = [("Metadata", "true")], method: String = "GET"
    ) async -> HTTPResponse {
        switch service.respond(to: HTTPRequest(method: method, target: target, headers: headers, body: [], peer: peer)) {
        case .now(let response): response
        case .later(let work): await work()
        }
    }

    /// Sends bytes to a listener of its own and gives back all that comes until the end.
    func exchange(_ bytes: [UInt8], from caller: PeerAddress) async throws -> RawAnswer {
        let listener = HTTPListener(
            name: "nmi", address: ListenAddress(host: "127.0.0.1", port: 0), tls: nil, clock: .frozen(at: Self.now), protocolErrors: .go,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            responder: CallerSubstitution(caller: caller, service: service))
        let address = try await listener.bind()
        let serving = Task { try await listener.run() }
        let result: Result<[UInt8], any Error>
        do { result = .success(try await Self.send(bytes, to: address)) } catch { result = .failure(error) }
        serving.cancel()
        _ = await serving.result
        return RawAnswer(try result.get())
    }

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
