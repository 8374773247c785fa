import Decisions
import HTTPServing
import WireFormats

extension ControlPages {
    /// The rows about the server as a whole.
    var operations: [ControlOperation] {
        [
            ControlOperation(
                "GET", "/healthz", "Says that the process runs; in the pod-identity plane with the words of NMI's probe.", changes: false,
                answers: [
                    ControlAnswer(
                        status: .ok, summary: "It runs.",
                        contents: [("application/json", .object([.required("status", .text)])), ("text/plain", .text)])
                ], takesEveryMethod: true
            ) { request, _ in health(request) },
            get("/readyz", "Says whether every listener accepts, which state is served, and whether the latest reload was refused.") {
                _ in
                readiness
            } answering: {
                [
                    .document(Self.readinessShape, "It is ready."),
                    .document(Self.readinessShape, status: .serviceUnavailable, "A listener does not accept yet."),
                ]
            },
            get("/status", "Tells where it listens, what it plays and what it holds.") { _ in status },
            get("/metrics", "Counts, in Prometheus' text format.") { _ in
                metrics
            } answering: {
                [.text("text/plain", "The metrics.")]
            },
            get("/ca.crt", "The certificate of the authority that our listeners' certificates are issued by.") { _ in
                certificate
            } answering: {
                [.text("application/x-x509-ca-cert", "The certificate in PEM.")]
            },
            ControlOperation(
                "GET", "/ca-bundle.pem", "The trust bundle: the root, then the authority below it.", changes: false,
                answers: [.text("application/x-pem-file", "The certificates in PEM."), Self.unmade]
            ) { _, _ in await parts.issuer.bundle(below: parts.caCertificatePEM) },
            ControlOperation(
                "GET", parts.issuer.path, "The certificate of the authority below the root, where those it issued name it.", changes: false,
                answers: [.text("application/pkix-cert", "The certificate in DER."), Self.unmade]
            ) { _, _ in await parts.issuer.certificate() },
            get("/decisions", "What happened: who asked, what matched, what was refused and why.", decisionParameters, decisions) {
                [.document(.object([.required("decisions", .array(of: DecisionShape.schema))]), "The decisions, oldest first.")]
            },
            get("/explain", "Why a caller gets, or does not get, an identity.", Self.explainParameters, explanation),
        ]
    }

    private func get(
        _ path: String, _ summary: String, _ parameters: [ControlParameter] = [], _ run: @escaping @Sendable (HTTPRequest) -> HTTPResponse,
        answering: () -> [ControlAnswer] = { [.document()] }
    ) -> ControlOperation {
        ControlOperation("GET", path, summary, changes: false, parameters: parameters, answers: answering()) { request, _ in run(request) }
    }

    private static let unmade = ControlAnswer.problem(.internalServerError, "The authority below the root could not be made.")

    private static let readinessShape = JSONSchema.object([
        .required("ready", .boolean), .required("generation", .integer(0...Int.max)), .required("warnings", .integer(0...Int.max)),
        .optional("reload", .object([.required("refused", .boolean), .required("problems", .array(of: .text))])),
    ])

    /// What `DecisionQuery` reads; a name of which nothing is known here is any text.
    private var decisionParameters: [ControlParameter] {
        let known: [String: (JSONSchema, String)] = [
            "id": (.integer(1...Int.max), "Only this decision."),
            "pod": (.reference, "Only callers resolved to this pod."),
            "outcome": (.choice(Decision.Outcome.allCases.map(\.rawValue)), "Only this outcome."),
            "since": (.integer(0...Int.max), "Only decisions after this one."),
            "limit": (.integer(1...100_000), "At most so many, the newest; 100 when it is not given."),
        ]
        return DecisionQuery.names.map { name in
            let (schema, summary) = known[name] ?? (.text, "Only what is so.")
            return .query(name, schema, summary)
        }
    }

    private static let explainParameters: [ControlParameter] =
        [
            .query("address", address, "The caller's source address."),
            .query("pod", .reference, "The caller's pod."),
        ]
        + ExplainQuery.tokenParameters.map {
            .query($0, .array(of: .text), "As the workload would send it; each time it would.")
        }

    private static let address = JSONSchema.pattern(
        "^(((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])[.]){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])|[0-9A-Fa-f]*:[0-9A-Fa-f:]*)$",
        told: "an IPv4 or IPv6 address", matches: ExplainQuery.isAddress)
}
