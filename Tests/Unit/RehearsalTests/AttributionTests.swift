import IdentityModel
import Testing

@testable import Rehearsal

@Suite("Recorded callers are told by their workloads")
struct AttributionTests {
    private static func running(_ pod: String, owner: String, address: String, hostNetwork: Bool = false) -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: \(pod), namespace: prod, ownerReferences: [{kind: \(owner), name: x, controller: true}]}
        spec: {hostNetwork: \(hostNetwork), containers: [{name: c, image: i}]}
        status: {phase: Running, podIP: \(address)}
        """
    }

    private static func attribution(_ documents: [String]) throws -> Attribution {
        Attribution(try Cluster.read(documents).workloads)
    }

    @Test(
        "by the name that the kind gives its pods",
        arguments: [
            ("web-6d5f9c7b8-x2x7k", "Deployment prod/web"), ("web-api-6d5f9c7b8-x2x7k", "Deployment prod/web-api"),
            ("tidy-x2x7k", "Job prod/tidy"), ("tidy-0-x2x7k", "Job prod/tidy"), ("web-x2x7k", nil), ("web-6d5f9c7b8-x2x7", nil),
            ("other-6d5f9c7b8-x2x7k", nil),
        ] as [(String, String?)])
    func names(_ pod: String, _ workload: String?) throws {
        let attribution = try Self.attribution([
            Cluster.workload("web"), Cluster.workload("web-api"), Cluster.workload("tidy", kind: "Job"),
        ])
        let caller = RecordedCaller(pod: NamespacedName(namespace: "prod", name: pod), address: nil)
        #expect(attribution.workload(of: caller)?.description == workload)
    }

    @Test("by a pod's own address, and by none that two had or that is the node's")
    func addresses() throws {
        let attribution = try Self.attribution([
            Self.running("a-0", owner: "StatefulSet", address: "10.0.0.1"), Self.running("b-0", owner: "DaemonSet", address: "10.0.0.2"),
            Self.running("c-0", owner: "Job", address: "10.0.0.2"),
            Self.running("d-0", owner: "Gang", address: "10.0.0.3", hostNetwork: true),
        ])
        func workload(_ address: String) -> String? {
            attribution.workload(of: RecordedCaller(pod: nil, address: address))?.description
        }
        #expect(workload("10.0.0.1") == "StatefulSet prod/x")
        #expect(workload("10.0.0.2") == nil)
        #expect(workload("10.0.0.3") == nil)
        #expect(workload("10.0.0.4") == nil)
    }

    @Test("requests alike are one group with a count, and the rest are groups of their own")
    func groups() throws {
        let use = try Recording.read([
            Recording.journal(
                (1...8).map { Recording.decision($0) } + [
                    Recording.decision(9, resource: "https://storage.azure.com"), Recording.decision(10, agent: "curl/8.1"),
                    Recording.decision(11, selector: ("client_id", "x")), Recording.decision(12, path: "/metadata/instance"),
                ])
        ])
        let attributed = AttributedUse(use, workloads: try Cluster.read(Cluster.bound).workloads)
        let groups = attributed.byWorkload.values.flatMap(\.groups)
        #expect(groups.map(\.count) == [8, 1, 1, 1, 1])
        #expect(groups.first?.names == "recording-0#1, recording-0#2, recording-0#3, recording-0#4, recording-0#5 and 3 more")
        #expect(attributed.strangers.isEmpty)
    }

    @Test("an asking again is told by the id that SDKs repeat, and an asking anew is not one")
    func retries() throws {
        let use = try Recording.read([
            Recording.journal([
                Recording.decision(1, requestID: "a", status: 404), Recording.decision(2, requestID: "b", status: 404),
                Recording.decision(3, requestID: "a", status: 503), Recording.decision(4, requestID: "a", identity: "x", status: 200),
                Recording.decision(5, requestID: "c", status: 200),
            ])
        ])
        let attributed = AttributedUse(use, workloads: try Cluster.read(Cluster.bound).workloads)
        let failing = attributed.byWorkload.values.flatMap(\.retries.failing)
        #expect(failing.map(\.statuses) == [[404, 503, 200], [404]])
        #expect(failing.map(\.isServed) == [true, false])
    }
}
