import HTTPFetching
public import HTTPServing
public import Logging
import WireFormats

/// Requests that are not the sidecar's or NMI's, sent to the metadata service as Go's client sends them, and its answers handed on
/// (source: workload-identity.md §2.6 and the corrections from recordings; nmi.md §1.9, from which the sidecar has its code).
public struct MetadataPassThrough: Sendable {
    private static let mostRedirects = 10

    /// `http://host:port` of the metadata service, without a path.
    let upstream: String
    let fetch: Outbound.Fetch

    /// A way to the metadata service at `upstream`.
    public init(upstream: String, fetch: @escaping Outbound.Fetch) {
        self.upstream = upstream
        self.fetch = fetch
    }

    /// The upstream's answer, redirects within it followed, or Go's words for why there is none.
    public func answer(_ request: HTTPRequest, logger: Logger? = nil) async -> HTTPResponse {
        var hop = MetadataHop(request)
        var hops = 1
        while true {
            let response: FetchResponse
            do throws(FetchError) {
                response = try await fetch(hop.fetchRequest(upstream: upstream))
            } catch {
                logger?.error("failed executing request", metadata: ["method": "\(request.method)", "error": "\(error)"])
                return Self.failure(error, hop)
            }
            guard let location = response.header("Location"), let next = hop.redirected(status: response.status, to: location) else {
                logger?.info("received response from IMDS", metadata: ["method": "\(request.method)", "status": "\(response.status)"])
                return Self.relayed(response, hop)
            }
            guard hops < Self.mostRedirects else {
                let verb = GoFetchError.operation(request.method)
                return GoAnswer.error(
                    .internalServerError, "\(verb) \(GoText.quoted(location)): stopped after \(Self.mostRedirects) redirects".utf8)
            }
            hop = next
            hops += 1
        }
    }

    private static func failure(_ error: FetchError, _ hop: MetadataHop) -> HTTPResponse {
        // The original goes on after it has told that the body ended early, and adds what it got of it.
        if case .truncated(_, let received) = error {
            return GoAnswer.error(.internalServerError, "unexpected EOF".utf8).adding(received)
        }
        let text = GoFetchError.text(error, method: hop.method, url: hop.url, address: SidecarSettings.metadataAddress)
        return GoAnswer.error(.internalServerError, text.utf8)
    }

    private static func relayed(_ response: FetchResponse, _ hop: MetadataHop) -> HTTPResponse {
        let isUnpacked = hop.asksForGzip && response.header("Content-Encoding")?.lowercased() == "gzip"
        let dropped: Set<String> = isUnpacked ? ["content-encoding", "content-length", "transfer-encoding"] : ["transfer-encoding"]
        let isHead = hop.method == "HEAD"
        var isCounted = false
        var headers: [HTTPResponse.HeaderLine] = []
        for (name, value) in response.headers where !dropped.contains(name.lowercased()) {
            // Go's client takes an end of the connection for a matter of its own (source: nmi recordings `proxy-*`).
            if name.lowercased() == "connection", value.lowercased() == "close" { continue }
            if name.lowercased() == "content-length", !isHead {
                isCounted = true
                headers.append(.contentLength)
            } else {
                headers.append(.field(name, value))
            }
        }
        // Go writes its own phrase, whatever the upstream's was.
        var relayed = GoAnswer.relayed(
            HTTPResponse(
                status: HTTPStatus(code: response.status), headers: headers, body: response.body,
                framing: isCounted ? .contentLength : .untilClose))
        // The answer to HEAD tells the upstream's length, not that of the body it does not have.
        if isHead { relayed.framing = .chunked }
        if response.header("Date") == nil { relayed.headers.append(.date) }
        if response.header("Content-Type") == nil, response.header("Content-Encoding") == nil || isUnpacked, !response.body.isEmpty {
            if relayed.framing == .contentLength, !isCounted { relayed.headers.append(.contentLength) }
            relayed.headers.append(.field("Content-Type", GoContentType.sniffed(response.body)))
        }
        return relayed
    }
}

extension HTTPResponse {
    fileprivate func adding(_ more: [UInt8]) -> HTTPResponse {
        var longer = self
        longer.body += more
        longer.framing = longer.body.count > GoAnswer.countedBytes ? .chunked : .contentLength
        return longer
    }
}
