import Testing

@testable import Rehearsal

/// What pod identity and workload identity do differently without saying so, as found in both sources, and the check that tells of it.
@Suite("Silent differences")
struct SilentDifferenceTests {
    static let table = [
        ("a request by resource id gets the default identity of the sidecar", "sidecar-ignores-resource-id"),
        ("a request without an id fails where the sidecar has no AZURE_CLIENT_ID", "sidecar-needs-client-id"),
        ("azwi's detect passes over service principals of types 1 and 2", "service-principal"),
        ("azwi's detect keeps one of several bindings on a selector", "random-choice"),
        ("azwi's detect reads one namespace", "cross-namespace-binding"),
        ("azwi's detect does not read exceptions", "exception"),
        ("azwi's detect makes no federated credential", "credential-missing"),
        ("the webhook denies a host-network pod the sidecar", "host-network"),
        ("errors change status and shape", "errors-differ"),
        ("expires_in and not_before become numbers", "answer-types-differ"),
        ("the header Metadata is wanted no more", "header-not-required"),
        ("the token moved with release 1.6 of the webhook", "token-path-hard-coded"),
        ("without NMI the node answers with its own identity", "gap-other-identity"),
        ("without NMI the node cannot tell which identity is meant", "gap-ambiguous"),
        ("NMI keeps callers waiting", "stall-ends"),
        ("NMI answers /host/token for the node's drivers", "host-token"),
        ("NMI takes pods of MIC's name for MIC", "taken-for-mic"),
        ("NMI blocks the instance document, the sidecar passes it on", "instance-differs"),
        ("labels on a controller count for nobody", "label-on-controller"),
        ("AKS keeps the webhook out of kube-system", "system-namespace"),
        ("pod security forbids the sidecar's init container", "policy-rejects-sidecar"),
        ("the sidecar inherits the pod's user", "sidecar-and-user"),
        ("a Job waits for the sidecar for ever", "job-never-ends"),
        ("a nearly right federated credential matches nothing", "credential-near-miss"),
        ("twenty federated credentials fit on an identity", "credential-limit"),
        ("other clusters' credentials count too", "credential-other-clusters"),
        ("another issuer breaks every exchange", "issuer-change-breaks"),
        ("a system-assigned identity has no equivalent", "system-assigned"),
        ("a cluster that is cut off has no equivalent", "disconnected"),
        ("virtual nodes are not supported", "virtual-node"),
    ]

    @Test("are each told of by a check that has a case of its own", arguments: table)
    func told(difference: String, id: String) {
        #expect(Checks.table.contains { $0.id == id }, "\(difference)")
        #expect(CheckCase.all.contains { $0.id == id }, "\(difference)")
    }
}
