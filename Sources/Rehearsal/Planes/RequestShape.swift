/// How a token request names the identity it wants.
enum RequestShape: Hashable, Sendable, CustomStringConvertible {
    /// By nothing.
    case none
    case clientID(String)
    case resourceID(String)
    case objectID(String)

    /// The query parameter; nil for none.
    ///
    /// The resource id goes by the name that NMI reads first.
    var parameter: (name: String, value: String)? {
        switch self {
        case .none: nil
        case .clientID(let value): ("client_id", value)
        case .resourceID(let value): ("msi_res_id", value)
        case .objectID(let value): ("object_id", value)
        }
    }

    /// The shape without the id: `none`, `client_id`, `msi_res_id`, `object_id`.
    var name: String { parameter?.name ?? "none" }

    /// For people.
    var description: String { parameter.map { "\($0.name)=\($0.value)" } ?? "no id" }
}
