import Authority
import Control
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import WireFormats
import WorkloadIdentity

/// Why an assertion gets, or does not get, a token, as operations of the control listener.
struct AssertionOperations: Sendable {
    let store: IdentityStore
    let explanation: AssertionExplanation
    let issuers: ClusterIssuers
    let clock: WallClock
    let entropy: Entropy

    var all: [ControlOperation] {
        [
            ControlOperation(
                "POST", "/explain/assertion", "Explains what becomes of the assertion in the body.", changes: false,
                parameters: Self.question, body: .text("application/jwt"),
                answers: [.document(.object([], isOpen: true), "The explanation.")]
            ) { request, _ in await explain(SecretBytes(request.body), Query(request)) },
            ControlOperation(
                "GET", "/explain/service-account", "Explains what becomes of a fresh token of a service account.", changes: false,
                parameters: [.query("name", .reference, "The service account.", isRequired: true)] + Self.question,
                answers: [.document(.object([], isOpen: true), "The explanation.")]
            ) { request, _ in
                let query = Query(request)
                do {
                    return await explain(try token(of: query["name"] ?? ""), query)
                } catch {
                    return ControlWire.problem(.badRequest, "\(error)")
                }
            },
        ]
    }

    private static let question: [ControlParameter] = [
        .query("client_id", .text, "Of whom the token is asked for; else what the service account is annotated with."),
        .query("tenant", .text, "At which tenant; else what it is annotated with, else the node's."),
        .query("resource", .text, "For what; Resource Manager when it is not given."),
    ]

    /// The parameters of a question: `name`, `client_id`, `tenant`, `resource`.
    private struct Query {
        private let parameters: [Percent.Parameter]

        init(_ request: HTTPRequest) { parameters = Percent.query(request.rawQuery ?? "", .lenient) }

        subscript(name: String) -> String? { parameters.first { $0.name == name && !$0.value.isEmpty }?.value }
    }

    private func explain(_ assertion: SecretBytes, _ query: Query) async -> HTTPResponse {
        let snapshot = store.current
        let annotations = AssertionExplanation.serviceAccount(of: assertion)
            .flatMap { snapshot.serviceAccount(NamespacedName(namespace: $0.namespace, name: $0.name)) }?.annotations
        guard let clientID = query["client_id"] ?? annotations?[WorkloadAnnotation.clientID] else {
            return ControlWire.problem(
                .badRequest,
                "client_id: found nothing; allowed: a client id, which may be left out only for a service account of the manifests"
                    + " that is annotated \(WorkloadAnnotation.clientID)")
        }
        let tenant = query["tenant"] ?? annotations?[WorkloadAnnotation.tenantID] ?? snapshot.node.tenant.tenantID
        return ControlWire.document(
            await explanation.document(
                assertion, clientID: clientID, tenant: tenant, resource: query["resource"] ?? "https://management.azure.com/"))
    }

    /// A token as a pod of the account would be given one; it never leaves this process.
    private func token(of name: String) throws -> SecretBytes {
        guard let account = NamespacedName(reference: name) else {
            throw OperationRefusal("name: found \"\(name)\"; allowed: NAMESPACE/NAME")
        }
        guard let issuer = issuers.all.first else { throw OperationRefusal(ProjectionPlan.noIssuer) }
        let request = try TokenAssignment.request(account: account, overrides: TokenOverrides(), in: store.current)
        return try ServiceAccountToken(request, issuer: issuer, key: try issuers.keys.signing(), now: clock.now, entropy: entropy).compact
    }
}

/// Why an operation of the control listener cannot be done: one sentence for the caller.
struct OperationRefusal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
