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
        #expect(metrics.exposition.contains("\naadpodidentity_assigned_identity_addition_count 2\n"))
        #expect(metrics.exposition.hasSuffix("# TYPE aadpodidentity_mic_cycle_count counter\naadpodidentity_mic_cycle_count 1\n"))
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

    private struct Missing: Error {}
}
