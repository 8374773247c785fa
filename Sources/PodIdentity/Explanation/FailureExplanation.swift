import Decisions
import IdentityModel

extension NMIFailure {
    /// How the decision is filed.
    var outcome: Decision.Outcome {
        switch self {
        case .metadataHeaderMissing, .resourceEmpty, .podHeadersMissing, .invalidPath: .rejected
        case .addressEmpty, .podListEmpty, .severalPods, .instanceBlocked, .notFromHost, .podUnknown, .identityNotFound,
            .identityNotCreated,
            .identityNotAssigned, .selectionEmpty:
            .refused
        case .clientGone: .failed
        case .token(let failure), .exceptedToken(let failure): failure.isRefreshError ? .refused : .failed
        }
    }

    /// Why, in a sentence for the journal.
    var explanation: String {
        switch self {
        case .metadataHeaderMissing: "The request has no header Metadata with exactly the value true."
        case .resourceEmpty: "The parameter resource is missing or empty."
        case .podHeadersMissing: "The host route needs the headers podns and podname."
        case .invalidPath: "The path looks like an attempt to reach the token endpoint around NMI."
        case .instanceBlocked: "The node blocks instance metadata for pods."
        case .addressEmpty: "The caller has no IPv4 address, and NMI knows pods by no other."
        case .podListEmpty: "No pod in phase Pending or Running has the caller's address."
        case .severalPods(_, let pods): "Several pods have the caller's address: \(pods.map(\.id.description).joined(separator: ", "))."
        case .notFromHost: "The host route answers only callers at 127.0.0.1."
        case .podUnknown(let pod): "There is no pod \(pod)."
        case .identityNotFound: "No identity of the pod fits the request."
        case .identityNotCreated(let pod, let clientID, _, _):
            clientID == nil
                ? "MIC has created no AzureAssignedIdentity for \(pod)."
                : "MIC has created no AzureAssignedIdentity for \(pod) with the id asked for."
        case .identityNotAssigned(let pod, _, _): "MIC has created an AzureAssignedIdentity for \(pod), but it is not Assigned."
        case .selectionEmpty: "Every identity assigned to the pod is namespaced and of another namespace; NMI panics over that."
        case .clientGone: "The client hung up while NMI waited for the identity."
        case .token(let failure), .exceptedToken(let failure): failure.explanation
        }
    }

    /// The same with the caller's address.
    func explanation(address: String) -> String {
        guard case .podListEmpty = self else { return explanation }
        return "No pod in phase Pending or Running has the address \(address)."
    }

    /// The same with what the search went by.
    ///
    /// - Parameter bound: the pod whose label was searched by, in managed mode.
    func explanation(of pod: NamespacedName, _ query: NMIQuery, bound: Pod?) -> String {
        guard case .identityNotFound = self else { return explanation }
        let asked = query.journalSelector.map { " with \($0.name) \($0.value)" } ?? ""
        guard let bound else { return "Nothing that is assigned to \(pod) and not ruled out by its namespace is an AzureIdentity\(asked)." }
        let selector = bound.bindingLabel.map { "\"\($0)\"" } ?? "\"\" (the pod has no label \(Pod.bindingLabel))"
        return "No AzureIdentityBinding in namespace \(pod.namespace) with selector \(selector) leads to an AzureIdentity\(asked)."
    }
}

extension TokenFailure {
    /// Why, in a sentence; upstream's body is left out, for it may be long.
    var explanation: String {
        switch self {
        case .refused(let status, let body, let endpoint):
            "\(endpoint.contains("/metadata/identity/") ? "the metadata service" : "Entra") answered \(status): \(String(decoding: body.prefix(1500), as: UTF8.self))"
        case .unreadable(let reason, _): "the answer cannot be read: \(reason)"
        case .unreadableExpiry(_, let value): "the answer's expires_on cannot be read: \(value)"
        case .empty: "the answer was empty"
        case .unreachable(_, let url, let reason): "\(url) cannot be reached: \(reason)"
        case .unsupportedType(let number): "the AzureIdentity has type \(number), which does not exist"
        case .secretMissing(let id): "the Secret \(id) does not exist"
        case .invalidParameter(let text): text
        case .certificateUnreadable(let text):
            "the Secret's certificate cannot be read (\(text)); NMI reads PKCS#12 as `openssl pkcs12 -export -legacy` writes it"
        case .keyNotRSA(let goType): "the Secret's certificate has a key of type \(goType), and NMI takes RSA for granted"
        case .primary(let failure): "for the primary tenant \(failure.explanation)"
        case .auxiliary(let failure): "for an auxiliary tenant \(failure.explanation)"
        }
    }
}
