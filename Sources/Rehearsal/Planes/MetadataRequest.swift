import HTTPServing
import WireFormats

/// Requests as applications send them to 169.254.169.254.
enum MetadataRequest {
    static let tokenRoute = "/metadata/identity/oauth2/token"

    private static let loopback = PeerAddress(host: .ipv4(0x7F00_0001), port: 0)

    /// A request for a token.
    static func token(
        _ shape: RequestShape, resource: String, route: String = tokenRoute, peer: PeerAddress = loopback,
        headers: [(String, String)] = [], sendsHeader: Bool = true
    ) -> HTTPRequest {
        let identity = shape.parameter.map { "&\($0.name)=\(Percent.encodeQuery($0.value))" } ?? ""
        return get(
            "\(route)?api-version=2018-02-01&resource=\(Percent.encodeQuery(resource))\(identity)", peer: peer, headers: headers,
            sendsHeader: sendsHeader)
    }

    /// Any other request.
    static func get(
        _ target: String, peer: PeerAddress = loopback, headers: [(String, String)] = [], sendsHeader: Bool = true
    ) -> HTTPRequest {
        HTTPRequest(
            method: "GET", target: target,
            headers: [("Host", "169.254.169.254")] + (sendsHeader ? [("Metadata", "true")] : []) + headers, body: [], peer: peer)
    }
}
