import Decisions
import HTTPServing
import IdentityModel
import WireFormats

/// Why the token proxy asks the authority for nothing.
enum TokenProxyRefusal: Error, Equatable, CustomStringConvertible {
    case parameterMissing(String)
    /// The pod's token is not one of this cluster for this proxy.
    case token(String)
    /// RBAC does not let the account use the identity.
    case forbidden(NamespacedName, clientID: String)
    /// The identity is not bound to the cluster.
    case noBinding(String)
    /// Something of ours broke.
    case broken(String)

    /// A sentence; the one about RBAC is Kubernetes' own.
    var description: String {
        switch self {
        case .parameterMissing(let name): "The request body must contain the following parameter: '\(name)'."
        case .token(let reason): "The service account token is refused: \(reason)."
        case .forbidden(let account, let clientID):
            "User \"system:serviceaccount:\(account.namespace):\(account.name)\" cannot \(IdentityBinding.verb) resource \"\(clientID)\""
                + " in API group \"\(IdentityBinding.group)\" at the cluster scope"
        case .noBinding(let clientID):
            "The managed identity \(clientID) has no identity binding: no FederatedIdentityCredential of it has the issuer"
                + " \(IdentityBinding.issuer(tenantID: "<tenant>", clientID: "<client id>"))."
        case .broken(let reason): "The token proxy failed: \(reason)."
        }
    }

    var outcome: Decision.Outcome {
        switch self {
        case .parameterMissing: .rejected
        case .token, .forbidden, .noBinding: .refused
        case .broken: .failed
        }
    }

    /// An OAuth error, which SDKs show with its description.
    var response: HTTPResponse {
        let (status, error): (Int, String) =
            switch self {
            case .parameterMissing: (400, "invalid_request")
            case .token: (401, "invalid_client")
            case .forbidden: (403, "access_denied")
            case .noBinding: (400, "invalid_client")
            case .broken: (500, "server_error")
            }
        let document: JSONValue = ["error": .string(error), "error_description": .string(description)]
        return HTTPResponse(
            status: HTTPStatus(code: status), headers: [.field("Content-Type", "application/json"), .date, .contentLength],
            body: document.bytes())
    }
}
