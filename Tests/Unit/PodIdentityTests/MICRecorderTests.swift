import Decisions
import IdentityModel
import IdentityStore
import Surroundings
import Testing
import WireFormats

@testable import PodIdentity

/// What is written down of MIC's doing: nmi.md §5.5.
@Suite struct MICRecorderTests {
    private static func world(_ mic: String) -> String {
        let ids = ["good", "bad"].map { name in
            """
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentity
            metadata: {name: \(name), namespace: default}
            spec:
              resourceID: /subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/\(name)
              clientID: \(name)
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata: {name: \(name)-binding, namespace: default}
            spec: {azureIdentity: \(name), selector: app}
            """
        }
        return """
            apiVersion: understudy.internal/v1alpha1
            kind: Node
            metadata: {name: n1}
            spec: {plane: pod-identity, podIdentityMode: standard, mic: \(mic)}
            ---
            \(ids.joined(separator: "\n---\n"))
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: p, namespace: app, labels: {aadpodidbinding: app}}
            spec: {nodeName: n1}
            """
    }

    private func recorded(_ mic: String) throws -> [JSONValue] {
        let journal = DecisionJournal(capacity: 100, clock: .frozen(at: Harness.now))
        let store = IdentityStore()
        try store.apply(Array(Self.world(mic).utf8), from: "test")
        let metrics = NMIMetrics()
        let recorder = MICRecorder(journal: journal, metrics: metrics)
        store.observeAssignments { recorder.record($0) }
        store.observe { metrics.follow($0) }
        let lines = metrics.exposition.split(separator: "\n").map(String.init)
        #expect(lines.contains("aadpodidentity_assigned_identity_addition_count 2"))
        #expect(lines.contains("aadpodidentity_assigned_identity_addition_duration_seconds_bucket{le=\"0.01\"} 2"))
        #expect(lines.contains("# TYPE aadpodidentity_mic_cycle_count counter") && lines.contains("aadpodidentity_mic_cycle_count 1"))
        #expect(lines.contains("aadpodidentity_mic_new_leader_election_count 1"))
        #expect(journal.counters.isEmpty)
        return journal.decisions(DecisionQuery()).map(\.document)
    }

    @Test func `tells of what is made and assigned, with the event and the wait`() throws {
        let documents = try recorded("{}")
        #expect(documents.count == 4)
        let last = try #require(documents.last { $0["reason"]?.text?.contains("/p-app-good is Assigned") == true })
        #expect(
            last["reason"]?.text?.hasSuffix(
                "Event Normal \"binding applied\" on AzureIdentityBinding default/good-binding: Binding good-binding applied on node n1 for pod p-app-good"
            ) == true)
        #expect(last["face"]?.text == "mic" && last["outcome"]?.text == "changed")
        #expect(last["caller"]?.rendered() == #"{"pod":"app/p"}"#)
        #expect(last["status"] == nil && last["method"] == nil)
        guard case .number(let wait)? = last["waitMilliseconds"] else { throw Missing() }
        #expect((40_000...60_000).contains(Int(wait) ?? 0))
    }

    @Test(arguments: [
        ("{assignmentFailures: [{identity: bad}]}", "Code=\"FailedIdentityOperation\"", "was not found"),
        ("{assignmentFailures: [{identity: bad, reason: permission-missing}]}", "Code=\"LinkedAuthorizationFailed\"", "assign/action"),
        ("{maxIdentities: 1}", "Code=\"InvalidParameter\"", "more than 1 user assigned"),
    ]) func `tells why Azure refuses, as an event on the binding`(_ mic: String, _ code: String, _ part: String) throws {
        let refused = try recorded(mic).filter { $0["outcome"]?.text == "refused" }.compactMap { $0["reason"]?.text }
        let reason = try #require(refused.first { $0.contains("bad") })
        #expect(reason.contains("Event Warning \"binding apply error\" on AzureIdentityBinding default/bad-binding: "))
        #expect(reason.contains("failed to apply binding default/bad-binding node n1 for pod app/p, error: \(code)"))
        #expect(reason.contains(part))
    }

    @Test func `tells in other words what was applied beside a refusal`() throws {
        let reasons = try recorded("{assignmentFailures: [{identity: bad}]}").compactMap { $0["reason"]?.text }
        #expect(reasons.contains { $0.hasSuffix(": binding good-binding applied on node n1 for pod p-app-good") })
    }

    // MARK: Metrics

    /// What is exposed after `change` of a world in which both identities are bound to one pod.
    private func exposition(_ mic: String = "{}", takesTime: Bool = false, after change: (IdentityStore) throws -> Void = { _ in }) throws
        -> [String]
    {
        let store = IdentityStore(clock: .frozen(at: Harness.now), assignmentTakesTime: takesTime)
        try store.apply(Array(Self.world(mic).utf8), from: "test")
        let metrics = NMIMetrics()
        store.observeAssignments { metrics.count($0) }
        try change(store)
        return metrics.exposition.split(separator: "\n").map { String($0.drop { $0 != "_" }.dropFirst()) }
    }

    @Test func `counts reads and changes of the machine, with Azure's seconds in them and in the cycle`() throws {
        let lines = try exposition()
        #expect(lines.contains(#"cloud_provider_operations_duration_seconds_count{operation_type="vm_get"} 1"#))
        #expect(lines.contains(#"cloud_provider_operations_duration_seconds_bucket{operation_type="vm_update",le="30"} 0"#))
        #expect(lines.contains(#"cloud_provider_operations_duration_seconds_bucket{operation_type="vm_update",le="60"} 1"#))
        #expect(lines.contains(#"mic_cycle_duration_seconds_bucket{le="30"} 0"#))
        #expect(lines.contains(#"mic_cycle_duration_seconds_bucket{le="60"} 1"#) && lines.contains("mic_cycle_duration_seconds_count 1"))
        #expect(!lines.contains { $0.contains("errors_count") || $0.contains("vmss") || $0.contains("_deletion_") })
    }

    @Test func `counts a refusal as an error, and a second read to see what is there`() throws {
        let lines = try exposition("{assignmentFailures: [{identity: bad}]}")
        #expect(lines.contains(#"cloud_provider_operations_errors_count{operation_type="vm_update"} 1"#))
        #expect(lines.contains(#"cloud_provider_operations_duration_seconds_count{operation_type="vm_get"} 2"#))
        #expect(lines.contains(#"cloud_provider_operations_duration_seconds_count{operation_type="vm_update"} 1"#))
    }

    @Test func `counts what is taken off, and no call for an object that frees nothing`() throws {
        let pod = ObjectKey(kind: .pod, namespace: "app", name: "p")
        let freed = try exposition { store in _ = try store.delete(pod) }
        #expect(freed.contains("assigned_identity_deletion_count 2"))
        #expect(freed.contains("assigned_identity_deletion_duration_seconds_count 2"))
        #expect(freed.contains(#"cloud_provider_operations_duration_seconds_count{operation_type="vm_update"} 2"#))
        #expect(freed.contains("mic_cycle_count 2"))
        let kept = try exposition("{immutableIdentities: [good, bad]}") { store in _ = try store.delete(pod) }
        #expect(kept.contains("assigned_identity_deletion_count 2") && kept.contains("mic_cycle_count 2"))
        #expect(kept.contains(#"cloud_provider_operations_duration_seconds_count{operation_type="vm_update"} 1"#))
    }

    @Test func `a cycle that has only begun is not counted yet`() throws {
        let lines = try exposition(takesTime: true)
        #expect(lines.contains("assigned_identity_addition_count 2"))
        #expect(!lines.contains { $0.contains("cycle") || $0.contains("cloud") })
    }

    private struct Missing: Error {}
}
