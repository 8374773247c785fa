import IdentityModel
import WireFormats

/// A request that was really made, as a journal or NMI's log tells of it.
struct RecordedRequest: Hashable, Sendable {
    /// What was asked.
    enum Route: Hashable, Sendable {
        /// A token, of the metadata service or of NMI in its place.
        case token
        /// A token in a pod's name, by NMI's route for callers on the node.
        case hostToken
        /// Something else of the metadata service: its path.
        case other(String)
        /// A token, of the token endpoint itself.
        case exchange
    }

    /// `journal.json#17`, `nmi.log:12`: names it in evidence.
    let place: String
    /// What was asked.
    let route: Route
    /// Who asked.
    let caller: RecordedCaller
    /// How the identity was named; nil where the record does not say.
    let shape: RequestShape?
    /// What the token was to be for; nil where the record does not say.
    let resource: String?
    /// What asked; nil where the record does not say.
    let client: RecordedClient?
    /// The status of the answer; 0 where the record does not say.
    let status: Int
    /// Whose token was given, by client id; nil for none.
    let identity: String?
    /// What SDKs repeat when they ask again, and change when they ask anew (source: sdk-clients.md §2.1); nil without one.
    let requestID: String?
    /// How long the answer was kept back, or would have been, in milliseconds.
    let waitMilliseconds: Int

    /// Whether a token came.
    var isServed: Bool { (200..<300).contains(status) }

    /// Method and path, as evidence shows them.
    var request: String {
        let ask = [shape?.parameter.map { "\($0.name)=\($0.value)" }, resource.map { "resource=\($0)" }].compactMap { $0 }
        let path =
            switch route {
            case .token: MetadataRequest.tokenRoute
            case .hostToken: "/host/token"
            case .other(let path): path
            case .exchange: "the token endpoint"
            }
        return ask.isEmpty ? path : "\(path), \(ask.joined(separator: ", "))"
    }

    /// The route of a path as applications spell it: slashes may be doubled or stand at the end (source: sdk-clients.md §2.4, §2.5).
    static func route(of path: String) -> Route {
        let canonical = "/" + path.lowercased().split(separator: "/").joined(separator: "/")
        return switch canonical {
        case MetadataRequest.tokenRoute: .token
        case "/host/token": .hostToken
        default: .other(canonical)
        }
    }
}

/// Who made a recorded request.
struct RecordedCaller: Hashable, Sendable, CustomStringConvertible {
    /// The pod; nil where the record names none.
    let pod: NamespacedName?
    /// The address; nil where the record has none.
    let address: String?

    /// `pod shop/web-1`, or the address.
    var description: String { pod.map { "pod \($0)" } ?? address.map { "address \($0)" } ?? "nobody who is named" }
}
