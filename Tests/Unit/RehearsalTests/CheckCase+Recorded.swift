@testable import Rehearsal

extension CheckCase {
    /// One for each check.
    static let every = all + ofRecordings + ofCommands

    /// A journal of one decision.
    private static func one(
        pod: String? = Recording.pod, path: String = "/metadata/identity/oauth2/token", selector: (String, String)? = nil,
        agent: String? = "azsdk-python-identity/1.27.0 Python/3.11", requestID: String? = nil, identity: String? = nil, status: Int = 200
    ) -> [String] {
        [
            Recording.journal([
                Recording.decision(
                    pod: pod, path: path, selector: selector, agent: agent, requestID: requestID, identity: identity, status: status)
            ])
        ]
    }

    /// A workload with two identities, of which it asks for the second by its resource id.
    private static let two = [
        Cluster.identity("reader", 1), Cluster.identity("writer", 2), Cluster.binding("reader"),
        Cluster.binding("writer", selector: "reader"), Cluster.workload("web", label: "reader"), Cluster.issued,
    ]
    private static let byResourceID = (
        "msi_res_id",
        "/subscriptions/5f1b2c3d-0a41-4c6e-9f10-2b7c8d9e0f11/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/writer"
    )

    /// One for each check of what was recorded.
    static let ofRecordings: [CheckCase] = [
        CheckCase("recorded-identity-changes", two, recorded: one(selector: byResourceID)),
        CheckCase("recorded-sidecar-differs", two, recorded: one(selector: byResourceID)),
        CheckCase("recorded-request-fails", Cluster.bound + [Cluster.issued], target: [forReader, moved], recorded: one()),
        CheckCase(
            "recorded-without-selectors", Cluster.bound,
            recorded: [
                "I1121 21:20:00.123456 1 standard.go:1] no clientID or resourceID in request. \(Recording.pod) has been matched with azure identity prod/reader"
            ]),
        CheckCase("recorded-sdk-too-old", Cluster.bound, recorded: one(agent: "azsdk-go-azidentity/v1.2.0 (go1.20)")),
        CheckCase("recorded-metadata-only", Cluster.bound, recorded: one(agent: "curl/8.1")),
        CheckCase("recorded-host-token", Cluster.bound, recorded: one(path: "/host/token")),
        CheckCase("recorded-path-differs", Cluster.bound + [blockingNode], recorded: one(path: "/metadata/instance")),
        CheckCase(
            "recorded-retries-differ", Cluster.bound,
            recorded: one(selector: ("client_id", Cluster.clientID(9)), requestID: "a", status: 404)),
        CheckCase("recorded-differs-today", Cluster.bound, recorded: one(identity: Cluster.clientID(7))),
        CheckCase("recorded-caller-unknown", Cluster.bound, recorded: one(pod: "elsewhere/web-6d5f9c7b8-abcde")),
    ]

    // MARK: Commands

    private static func ran(
        _ end: LiveRun.End = .exited(0), face: String, identity: String? = Cluster.clientID(1),
        resource: String = "https://vault.azure.net",
        failures: Int = 0
    ) -> LiveRun {
        let failed = (0..<failures).map { Recording.decision($0 + 1, face: face, resource: resource, status: 400) }
        return LiveRun(
            end: end, milliseconds: 1200,
            decisions: failed + [
                Recording.decision(failures + 1, face: face, resource: resource, identity: identity, status: identity == nil ? 400 : 200)
            ])
    }

    private static let works = ran(face: "pod-identity")
    private static let moves = ran(face: "authority", resource: "https://vault.azure.net/.default")

    private static func live(_ id: String, _ today: LiveRun = works, _ target: LiveRun = moves) -> CheckCase {
        CheckCase(id, Cluster.bound + [Cluster.issued], live: (today, target))
    }

    private static var readOnce: LiveRun {
        var run = moves
        run.readsTokenAnew = false
        return run
    }

    /// One for each check of a command.
    static let ofCommands: [CheckCase] = [
        live("live-identity-changes", works, ran(face: "authority", identity: Cluster.clientID(2))),
        live("live-audience-lost", works, ran(face: "authority", identity: nil)),
        live("live-audience-differs", works, ran(face: "authority", resource: "https://storage.azure.com/.default")),
        live("live-node-answers", works, ran(face: "metadata", identity: Cluster.clientID(3))),
        live("live-winner-changes"),
        live("live-token-read-once", works, readOnce),
        live("live-more-failures", works, ran(face: "authority", failures: 2)),
        live("live-command-fails", works, ran(.exited(3), face: "authority")),
        live("live-command-fails-today", ran(.timedOut(9), face: "pod-identity")),
        live("live-asks-nothing", LiveRun(end: .exited(0), milliseconds: 5, decisions: [])),
    ]
}
