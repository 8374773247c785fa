import HTTPServing
import IdentityStore
import Surroundings
import Testing

@testable import PodIdentity

/// NMI's own metrics: nmi.md §8.4.
@Suite struct MetricsTests {
    private static let ok = HTTPResponse(status: .ok, headers: [], body: Array(#"{"access_token":"t"}"#.utf8))

    private func exposition(_ ask: (Harness) async throws -> Void, spec: String = "", upstream: HTTPResponse = ok) async throws -> [String]
    {
        let harness = Harness(try Fixtures.load(spec), upstream: ScriptedUpstream([upstream]))
        try await ask(harness)
        return harness.service.metrics.exposition.split(separator: "\n").map(String.init)
    }

    @Test func `is empty before the first sample`() async throws { #expect(try await exposition { _ in } == []) }

    @Test func `counts operations by the raw path, the resource asked for, the namespace and the status`() async throws {
        let lines = try await exposition { harness in
            _ = await harness.ask("/METADATA/identity/oauth2/token/?resource=a%22b", from: try Fixtures.peer("p1"))
        }
        let labels = #"namespace="default",operation_type="/METADATA/identity/oauth2/token/",resource="a\"b",status_code="200""#
        let name = "aadpodidentity_nmi_operations_duration_seconds"
        #expect(lines.contains("# HELP \(name) Duration in seconds for nmi operations"))
        #expect(lines.contains("# TYPE \(name) histogram"))
        #expect(lines.contains("\(name)_bucket{\(labels),le=\"0.5\"} 1") && lines.contains("\(name)_bucket{\(labels),le=\"+Inf\"} 1"))
        #expect(lines.filter { $0.hasPrefix("\(name)_bucket") }.count == 19)
        #expect(lines.contains("\(name)_sum{\(labels)} 0") && lines.contains("\(name)_count{\(labels)} 1"))
        #expect(lines.contains(#"aadpodidentity_imds_operations_duration_seconds_count{operation_type="adal_token_msi_userassignedid"} 1"#))
        #expect(!lines.contains { $0.contains("errors_count") })
    }

    @Test func `puts a wait into its bucket, with an empty namespace while the pod is not known`() async throws {
        let lines = try await exposition { harness in
            _ = await harness.ask("/metadata/identity/oauth2/token?resource=r", from: try Fixtures.peer("p12"))
        }
        let labels = #"namespace="",operation_type="/metadata/identity/oauth2/token",resource="r",status_code="500""#
        let name = "aadpodidentity_nmi_operations_duration_seconds"
        #expect(lines.contains("\(name)_bucket{\(labels),le=\"1\"} 0") && lines.contains("\(name)_bucket{\(labels),le=\"2\"} 1"))
        #expect(lines.contains("\(name)_sum{\(labels)} 1.2"))
        #expect(lines.contains(#"aadpodidentity_kubernetes_api_operations_errors_count{operation_type="get_pod_list"} 5"#))
    }

    @Test func `counts upstream's failures as errors, and no panic nor relayed request at all`() async throws {
        let refused = HTTPResponse(status: .badRequest, headers: [], body: [])
        let lines = try await exposition(
            { harness in _ = await harness.ask("/metadata/identity/oauth2/token?resource=r", from: try Fixtures.peer("p6")) },
            upstream: refused)
        #expect(lines.contains(#"aadpodidentity_imds_operations_errors_count{operation_type="adal_token_msi"} 1"#))
        #expect(!lines.contains { $0.contains("imds_operations_duration") })
        let others = try await exposition(
            { harness in
                _ = await harness.ask("/metadata/identity/oauth2/token?resource=r", from: try Fixtures.peer("s6"))
                _ = await harness.ask("/metadata/instance", from: try Fixtures.peer("p1"))
            }, spec: "podIdentityMode: standard, mic: {off: true}")
        #expect(others == [])
    }

    @Test func `does not keep a series for each of a caller's inventions`() async throws {
        let lines = try await exposition { harness in
            for index in 0..<1100 {
                _ = await harness.ask("/metadata/identity/oauth2/token?resource=r\(index)", from: try Fixtures.peer("p1"))
            }
        }
        let counts = lines.filter { $0.hasPrefix("aadpodidentity_nmi_operations_duration_seconds_count") }
        #expect(counts.count == 1001)
        #expect(counts.first?.hasSuffix(#"{namespace="",operation_type="",resource="",status_code="200"} 100"#) == true)
    }
}
