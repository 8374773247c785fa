import IdentityModel
import Testing

@Suite struct WorkloadPodTests {
    static func pod(_ metadata: String, _ spec: String = "{}") throws -> Pod {
        guard case .pod(let pod) = try readOne("{apiVersion: v1, kind: Pod, metadata: {name: p, \(metadata)}, spec: \(spec)}") else {
            throw WrongKind()
        }
        return pod
    }

    @Test("of annotations only ours and workload identity's are kept")
    func annotations() throws {
        let pod = try Self.pod(
            "annotations: {understudy.internal/token-directory: ./t, azure.workload.identity/skip-containers: c, "
                + "kubectl.kubernetes.io/last-applied-configuration: large}")
        #expect(pod.annotations == ["understudy.internal/token-directory": "./t", "azure.workload.identity/skip-containers": "c"])
        #expect(pod.tokenDirectory == "./t")
    }

    @Test("an empty token directory is none")
    func emptyDirectory() throws {
        #expect(try Self.pod("annotations: {understudy.internal/token-directory: ''}").tokenDirectory == nil)
    }

    @Test("the uid is the API server's, or the same for the same name")
    func uid() throws {
        #expect(try Self.pod("uid: 6a1c7e52-0000-4000-8000-000000000002").uid == "6a1c7e52-0000-4000-8000-000000000002")
        #expect(try Self.pod("namespace: a").uid == Self.pod("namespace: a").uid)
        #expect(try Self.pod("namespace: a").uid != Self.pod("namespace: b").uid)
        // Exports of odd tools; it is nobody's business here.
        #expect(try Self.pod("uid: 1234").uid == Self.pod("").uid)
    }

    @Test("a pod that is not one of workload identity costs no token volume")
    func noVolume() throws {
        let spec = "{volumes: [{projected: {sources: [{serviceAccountToken: {path: a, audience: b}}]}}]}"
        #expect(try Self.pod("", spec).tokenVolume == nil)
        #expect(try Self.pod("labels: {azure.workload.identity/use: 'true'}", spec).tokenVolume?.source?.audience == "b")
    }

    @Test(
        "odd values are warned of and read as absent",
        arguments: [
            ("securityContext: {fsGroup: -1}", "spec.securityContext.fsGroup: found -1; allowed: a whole number from 0 to 2147483647"),
            (
                "volumes: [{projected: {defaultMode: 512}}]",
                "spec.volumes[0].projected.defaultMode: found 512; allowed: a whole number from 0 to 511"
            ),
        ])
    func odd(spec: String, warning: String) throws {
        let contents = try read(
            "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {azure.workload.identity/use: 'true'}}, spec: {\(spec)}}")
        #expect(contents.warnings.map(\.description).contains { $0.hasSuffix(warning) })
    }
}
