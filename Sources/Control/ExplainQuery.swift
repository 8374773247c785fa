public import IdentityModel
import WireFormats

/// A question about a caller: who it is and how it asks.
public struct ExplainQuery: Sendable {
    /// The caller.
    public enum Caller: Hashable, Sendable {
        case address(String)
        case pod(NamespacedName)
    }

    /// The caller; nil in a plane that does not tell callers apart.
    public var caller: Caller?
    /// The query of the token request that is asked about, as a workload would send it.
    public var parameters: [(name: String, value: String)] = []

    /// A question that cannot be read.
    public struct Refusal: Error, Sendable, CustomStringConvertible {
        /// The sentence for the caller.
        public let description: String
    }

    /// The parameters of a token request that may be asked about.
    public static let tokenParameters = ["resource", "client_id", "object_id", "msi_res_id", "mi_res_id", "principal_id", "resource_id"]

    /// Whether it looks like an IPv4 or IPv6 address.
    static func isAddress(_ text: String) -> Bool {
        IPv4.parse(text) != nil
            || text.contains(":") && text.utf8.allSatisfy { $0.hexDigit != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
    }

    /// Reads `address=` or `pod=ns/name`, and parameters of a token request.
    public init(query: String) throws(Refusal) {
        for parameter in Percent.query(query, .lenient) {
            switch parameter.name {
            case "address":
                // IPv4 mapped into IPv6 is the same caller, as it is on a socket.
                let text = parameter.value.hasPrefix("::ffff:") ? String(parameter.value.dropFirst(7)) : parameter.value
                guard Self.isAddress(text) else {
                    throw Refusal(description: "address: found \"\(parameter.value)\"; allowed: an IPv4 or IPv6 address")
                }
                caller = .address(text)
            case "pod":
                guard let pod = NamespacedName(reference: parameter.value) else {
                    throw Refusal(description: "pod: found \"\(parameter.value)\"; allowed: NAMESPACE/NAME")
                }
                caller = .pod(pod)
            case let name where Self.tokenParameters.contains(name): parameters.append((name, parameter.value))
            default:
                throw Refusal(
                    description: "unknown parameter \"\(parameter.name)\"; allowed: address, pod, "
                        + Self.tokenParameters.joined(separator: ", "))
            }
        }
    }
}
