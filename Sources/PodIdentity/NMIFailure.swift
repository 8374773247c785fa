import IdentityModel
import WireFormats

/// Everything NMI refuses with, named after the condition.
///
/// Status and text are decided in `NMIWire` alone (source: nmi.md §1.7).
indirect enum NMIFailure: Error {
    case metadataHeaderMissing
    case resourceEmpty
    case podHeadersMissing
    case invalidPath
    case instanceBlocked
    /// The peer is no IPv4 address; an IPv6 one reads as empty.
    case addressEmpty
    /// No pod in NMI's cache has the address, after five looks in 1.2 s.
    case podListEmpty
    /// Two pods share the address.
    case severalPods(address: String, [Pod])
    case notFromHost
    /// Managed mode, host route: no such pod.
    case podUnknown(NamespacedName)
    /// No identity of the pod fits the request.
    case identityNotFound(requestedClientID: String)
    /// Standard mode: MIC has made nothing for the pod, or nothing with the id asked for; the client id is nil when none was asked for.
    case identityNotCreated(NamespacedName, requestedClientID: String?, looks: Int, intervalSeconds: Int)
    /// Standard mode: MIC has made it, and it never came to be on the node.
    case identityNotAssigned(NamespacedName, looks: Int, intervalSeconds: Int)
    /// Standard mode: nothing was asked for and namespaces ruled everything out; the original runs past the end of its list.
    case selectionEmpty
    /// The client hung up while it was waited for an identity.
    case clientGone
    /// Getting the token failed once the identity was found.
    case token(TokenFailure)
    /// An excepted or MIC pod's token failed: always 403, whatever the cause.
    case exceptedToken(TokenFailure)
}

extension NMIFailure {
    /// Whether it is the search for an identity that failed, which `--set-retry-after-header` turns into a 503 (source: nmi.md §1.7).
    var isLookup: Bool {
        switch self {
        case .identityNotFound, .podUnknown, .identityNotCreated, .identityNotAssigned, .clientGone: true
        default: false
        }
    }

    /// Whether the original panics: no access line and no metric come of such a request (source: nmi.md §1.10).
    var isPanic: Bool {
        switch self {
        case .selectionEmpty: true
        case .token(let failure): failure.isPanic
        default: false
        }
    }
}

/// Why a token could not be had from upstream, as adal tells it (source: nmi.md §2.2, §2.3).
enum TokenFailure: Error, Hashable {
    /// Upstream answered with another status than 200.
    case refused(status: Int, body: [UInt8], endpoint: String)
    /// Upstream answered 200 with something that is not the JSON expected.
    case unreadable(reason: String, body: [UInt8])
    /// Upstream's `expires_on` is no time.
    case unreadableExpiry(reason: String, value: String)
    /// Upstream answered 200 with nothing but blanks.
    case empty
    /// Upstream could not be reached.
    case unreachable(method: String, url: String, reason: String)
    /// The `AzureIdentity` has a type that does not exist.
    case unsupportedType(Int)
    /// The Secret of types 1 and 2 does not exist.
    case secretMissing(NamespacedName)
    /// Types 1 and 2: something the client checks before it asks.
    case invalidParameter(String)
    /// Type 2: the PKCS#12 file cannot be read, in the words of Go's pkcs12 package.
    case certificateUnreadable(String)
    /// Type 2: the file's key is of another type, which the original finds out by panicking.
    case keyNotRSA(goType: String)
    /// Type 1 with auxiliary tenants: the first token failed. The wrapping hides that it was a refusal.
    indirect case primary(TokenFailure)
    /// The same with one of the others.
    indirect case auxiliary(TokenFailure)

    /// Whether the error's dynamic type is adal's token-refresh error, which alone makes NMI answer 403 (source: nmi.md §1.7).
    var isRefreshError: Bool {
        switch self {
        case .refused, .unreadable, .unreadableExpiry: true
        default: false
        }
    }

    /// Whether the original panics over it.
    var isPanic: Bool {
        if case .keyNotRSA = self { return true }
        return false
    }

    /// Whether it is the refusal of one of several tenants.
    var isWrappedRefusal: Bool {
        switch self {
        case .primary(let failure), .auxiliary(let failure): failure.isRefreshError
        default: false
        }
    }

    /// The error's text as bytes: upstream's body is repeated verbatim.
    var text: [UInt8] {
        switch self {
        case .refused(let status, let body, let endpoint):
            Array("adal: Refresh request failed. Status Code = '\(status)'. Response body: ".utf8) + body
                + Array(" Endpoint \(endpoint)".utf8)
        case .unreadable(let reason, let body):
            Array("adal: Failed to unmarshal the service principal token during refresh. Error = '\(reason)' JSON = '".utf8) + body
                + Array("'".utf8)
        case .unreadableExpiry(let reason, let value): Array("adal: failed to parse expires_on: \(reason) value '\(value)'".utf8)
        case .empty: Array("adal: Empty service principal token received during refresh".utf8)
        case .unreachable(let method, let url, let reason):
            Array("adal: Failed to execute the refresh request. Error = '\(method) \"\(url)\": \(reason)'".utf8)
        case .unsupportedType(let number): Array("unsupported identity type \(number)".utf8)
        case .secretMissing(let id): Array("failed to get Kubernetes secret \(id), err: secrets \"\(id.name)\" not found".utf8)
        case .invalidParameter(let text), .certificateUnreadable(let text): Array(text.utf8)
        case .keyNotRSA(let goType): Array("interface conversion: interface {} is \(goType), not *rsa.PrivateKey".utf8)
        case .primary(let failure): Array("failed to refresh primary token: ".utf8) + failure.text
        case .auxiliary(let failure): Array("failed to refresh auxiliary token: ".utf8) + failure.text
        }
    }
}

/// What NMI does to client ids before it prints them (source: nmi.md §2.6).
enum ClientIDRedaction {
    /// `<first4>##### REDACTED #####<last4>`, when there are eight characters that are not blanks around; shorter ids stay.
    static func redacted(_ clientID: String) -> String {
        let characters = Array(clientID.unicodeScalars)
        // The original's pattern: four code points that are no white space, as RE2 knows it, at either end of at least eight.
        let blanks: [Unicode.Scalar] = [" ", "\t", "\n", "\u{0c}", "\r"]
        let ends = [characters.prefix(4), characters.suffix(4)]
        guard characters.count >= 8, !ends.joined().contains(where: blanks.contains) else { return clientID }
        return ends.map { String(String.UnicodeScalarView($0)) }.joined(separator: "##### REDACTED #####")
    }
}
