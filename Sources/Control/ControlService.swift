public import Decisions
public import HTTPServing
import IdentityModel
public import IdentityStore
public import Surroundings
public import WireFormats

/// Our own interface to a running server: health, metrics, decisions, explanations, objects, the CA.
///
/// It never shows a valid token.
public struct ControlService: HTTPResponder {
    /// What the control listener is made of.
    public struct Parts: Sendable {
        let store: IdentityStore
        let journal: DecisionJournal
        let facts: @Sendable () -> ServerFacts?
        let caCertificatePEM: String
        let issuer: IssuerPages
        let metrics: @Sendable () -> [Metric]
        let exposition: @Sendable () -> String
        let explain: @Sendable (ExplainQuery, IdentitySnapshot) -> JSONValue
        let access: ControlAccess
        let operations: [ControlOperation]
        let version: String

        /// Gathers the parts.
        ///
        /// - Parameters:
        ///   - facts: nil until every listener accepts.
        ///   - issuer: the authority below the root.
        ///   - exposition: what emulated systems tell of themselves by their own names, in Prometheus' text format.
        ///   - explain: why a caller gets, or does not get, an identity.
        ///   - operations: what it does for faces it does not know.
        ///   - version: of the program, for the description.
        public init(
            store: IdentityStore, journal: DecisionJournal, facts: @escaping @Sendable () -> ServerFacts?, caCertificatePEM: String,
            issuer: IssuerPages, metrics: @escaping @Sendable () -> [Metric], exposition: @escaping @Sendable () -> String = { "" },
            explain: @escaping @Sendable (ExplainQuery, IdentitySnapshot) -> JSONValue, access: ControlAccess,
            operations: [ControlOperation] = [], version: String = ""
        ) {
            self.store = store
            self.journal = journal
            self.facts = facts
            self.caCertificatePEM = caCertificatePEM
            self.issuer = issuer
            self.metrics = metrics
            self.exposition = exposition
            self.explain = explain
            self.access = access
            self.operations = operations
            self.version = version
        }
    }

    private let table: EndpointTable

    /// A control interface over the given parts.
    public init(_ parts: Parts) {
        var operations = ControlPages(parts: parts).operations + ObjectPages(parts: parts).operations + parts.operations
        let description = OpenAPIDocument(operations: operations + [Self.description(of: nil)], version: parts.version).document
        operations.append(Self.description(of: description))
        let readable = operations.filter { $0.method == "GET" && !$0.path.contains("{") }.map(\.path)
        table = EndpointTable(
            operations.map { $0.endpoint(parts.access) },
            otherwise: {
                .now(
                    ControlWire.problem(
                        .notFound, "There is no \($0.rawPath) here. Ask for /objects/<kind>, \(readable.joined(separator: ", "))."))
            },
            wrongMethod: { request, allowed in
                .now(
                    ControlWire.problem(
                        .methodNotAllowed, "\(request.rawPath) takes \(allowed.joined(separator: ", ")), not \(request.method).",
                        allowing: allowed))
            })
    }

    /// The row that shows the table, itself included.
    private static func description(of document: JSONValue?) -> ControlOperation {
        ControlOperation(
            "GET", "/openapi.json", "Describes this interface in OpenAPI 3.1.", changes: false,
            answers: [.document(.object([.required("openapi", .text)], isOpen: true), "This document.")]
        ) { _, _ in ControlWire.document(document ?? .null) }
    }

    /// Answers a caller; nothing is recorded, for these are questions about decisions, not decisions.
    public func respond(to request: HTTPRequest) -> HTTPAnswer { table.respond(to: request) }
}

/// Who may change a running server (design §2): anybody who reaches a loopback listener, else the bearer of the control token.
public enum ControlAccess: Sendable {
    /// The listener is on loopback.
    case open
    /// The listener is reachable from elsewhere; changes need this token.
    case bearer(SecretBytes)
    /// The listener is reachable from elsewhere and there is no state directory to keep a token in, so nothing can be changed.
    case readOnly

    /// Why a change is not allowed; nil when it is.
    func refusal(of request: HTTPRequest) -> String? {
        if let reason = lack(of: request) { return reason }
        // A page in a browser must not be able to change a server on the same machine.
        return request.hasHeader("Origin") ? "Changes are not taken from web pages." : nil
    }

    /// What the request lacks of the right to change something; nil when it has it.
    private func lack(of request: HTTPRequest) -> String? {
        switch self {
        case .open: return nil
        case .readOnly:
            return "This control listener is reachable beyond loopback and there is no state directory, so it takes no changes. "
                + "Start serve with --state DIR and use the token in DIR/control-token."
        case .bearer(let token):
            let sent = request.header("Authorization") ?? ""
            return sent.hasPrefix("Bearer ") && token.matches(sent.dropFirst("Bearer ".count).utf8)
                ? nil : "Changes need the header Authorization: Bearer <token>; the token is in control-token in the state directory."
        }
    }
}
