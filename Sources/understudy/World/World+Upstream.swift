import FaceWiring
import HTTPFetching
import HTTPServing
import IdentityStore
import PodIdentity
import WorkloadIdentity

extension World {
    /// What NMI has behind it: the emulated metadata service, unless `--metadata-upstream` names another.
    var metadataUpstream: any InstanceMetadataUpstream { remoteMetadata ?? faultyNodeMetadata }

    /// The other program at 169.254.169.254; nil when there is none.
    var remoteMetadata: RemoteMetadata? { settings.metadataUpstream.map { RemoteMetadata(url: $0) } }
}

/// Another program's metadata service in the place NMI has it, asked over the network as Go's client asks.
///
/// Wherever it is, requests and errors name 169.254.169.254, as NMI's own do (source: nmi.md §1.9, §2.2).
struct RemoteMetadata: InstanceMetadataUpstream, ForeignTokenEndpoints {
    private static let address = "169.254.169.254:80"
    private static let fetch: Outbound.Fetch = { request throws(FetchError) in try await HTTPFetcher().fetch(request) }

    /// `http://host:port`.
    private let url: String
    private let passThrough: MetadataPassThrough

    init(url: String) {
        self.url = url
        passThrough = MetadataPassThrough(upstream: url, fetch: Self.fetch)
    }

    var isElsewhere: Bool { true }

    func token(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> UpstreamAnswer {
        let headers = request.headers.map { ($0.name, $0.value) }
        return .later { () async throws(UnreachableUpstream) in
            let answer = try await ask(FetchRequest(method: request.method, url: url + request.target, headers: headers))
            return HTTPResponse(status: HTTPStatus(code: answer.status), headers: [], body: answer.body)
        }
    }

    func relayed(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer {
        .later { await passThrough.answer(request) }
    }

    // MARK: Token endpoints that lead here

    /// Path and query of a URL of 169.254.169.254; nil for one of another host.
    func path(of url: String) -> String? {
        for origin in ["http://169.254.169.254", "http://\(Self.address)"] where url.hasPrefix("\(origin)/") {
            return String(url.dropFirst(origin.count))
        }
        return nil
    }

    /// The answer to a form, sent as adal sends it (source: nmi.md §2.3).
    func posted(_ form: [UInt8], to path: String) async throws(UnreachableUpstream) -> ServicePrincipalAnswer {
        let headers = [
            ("Host", "169.254.169.254"), ("User-Agent", ServicePrincipalRequest.userAgent), ("Content-Length", "\(form.count)"),
            ("Content-Type", "application/x-www-form-urlencoded"), ("Accept-Encoding", "gzip"),
        ]
        let answer = try await ask(FetchRequest(method: "POST", url: url + path, headers: headers, body: form))
        return ServicePrincipalAnswer(status: answer.status, body: answer.body)
    }

    private func ask(_ request: FetchRequest) async throws(UnreachableUpstream) -> FetchResponse {
        var request = request
        request.sendsAccept = false
        request.unpacksGzip = true
        request.timeoutSeconds = 30
        do throws(FetchError) {
            return try await Self.fetch(request)
        } catch {
            throw UnreachableUpstream(reason: GoFetchError.cause(error, url: "http://\(Self.address)", address: Self.address))
        }
    }
}
