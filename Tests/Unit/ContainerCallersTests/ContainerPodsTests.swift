import ContainerCallers
import IdentityModel
import Testing
import WireFormats

@Suite struct ContainerPodsTests {
    /// The engine's list as Docker and podman write it, reduced to what is read.
    private static func container(
        _ name: String, labels: String = "{}", networks: String = #"{"bridge":{"IPAddress":"10.0.0.2"}}"#, mode: String = "bridge"
    ) throws -> RunningContainer {
        let text = """
            {"Id":"id-\(name)","Names":["/\(name)"],"Labels":\(labels),"HostConfig":{"NetworkMode":"\(mode)"},
             "NetworkSettings":{"Networks":\(networks)}}
            """
        return try #require(RunningContainer(try JSONValue(parsing: Array(text.utf8))))
    }

    private static func pods(_ containers: [RunningContainer], network: String? = nil, described: [String: String] = [:]) throws -> [String]
    {
        let known = try described.mapValues { try JSONValue(parsing: Array($0.utf8)) }
        return ContainerPods(network: network) { known["\($0)"] }.pods(of: containers).map { pod in
            let name = pod["metadata"]?["name"]?.text ?? ""
            let labels = pod["metadata"]?["labels"]?.rendered() ?? ""
            return "\(pod["metadata"]?["namespace"]?.text ?? "")/\(name) \(pod["status"]?["podIP"]?.text ?? "") \(labels)"
        }
    }

    @Test("a container with the binding label is a pod of its own name; one without any tie is none")
    func label() throws {
        let containers = [try Self.container("web", labels: #"{"aadpodidbinding":"app"}"#), try Self.container("other")]
        #expect(try Self.pods(containers) == [#"default/web 10.0.0.2 {"aadpodidbinding":"app"}"#])
    }

    @Test("a kubelet's labels name the pod")
    func kubelet() throws {
        let labels = #"{"io.kubernetes.pod.name":"p","io.kubernetes.pod.namespace":"n"}"#
        #expect(try Self.pods([try Self.container("k8s_c", labels: labels)]).first?.hasPrefix("n/p 10.0.0.2") == true)
    }

    @Test("a container with the name of a manifest's pod is that pod, whose labels stand unless the container says otherwise")
    func described() throws {
        let known = ["default/web": #"{"metadata":{"labels":{"aadpodidbinding":"manifest","app":"web"}},"spec":{"nodeName":"n1"}}"#]
        #expect(
            try Self.pods([try Self.container("web")], described: known)
                == [#"default/web 10.0.0.2 {"aadpodidbinding":"manifest","app":"web"}"#])
        #expect(
            try Self.pods([try Self.container("web", labels: #"{"aadpodidbinding":"own"}"#)], described: known)
                == [#"default/web 10.0.0.2 {"aadpodidbinding":"own","app":"web"}"#])
    }

    @Test("what else the manifest says of the pod stays: owner, annotations, uid and spec")
    func kept() throws {
        let metadata = #"{"name":"web","uid":"u","annotations":{"a":"b"},"ownerReferences":[{"kind":"ReplicaSet","name":"r"}]}"#
        let known = try JSONValue(parsing: Array(#"{"metadata":\#(metadata),"spec":{"nodeName":"n1"}}"#.utf8))
        let pods = ContainerPods(network: nil) { _ in known }.pods(of: [try Self.container("web")])
        let pod = try #require(pods.first)
        for member in ["uid", "annotations", "ownerReferences"] { #expect(pod["metadata"]?[member] == known["metadata"]?[member]) }
        #expect(pod["spec"] == known["spec"])
    }

    @Test("of several networks the first by name counts, or the one that was asked for")
    func networks() throws {
        let both = #"{"b":{"IPAddress":"10.0.0.3"},"a":{"IPAddress":"10.0.0.2"},"host":{"IPAddress":""}}"#
        let container = try Self.container("web", labels: #"{"aadpodidbinding":"app"}"#, networks: both)
        #expect(try Self.pods([container]).first?.hasPrefix("default/web 10.0.0.2") == true)
        #expect(try Self.pods([container], network: "b").first?.hasPrefix("default/web 10.0.0.3") == true)
        #expect(try Self.pods([container], network: "none").isEmpty)
    }

    @Test("containers that share a network are one pod, and its owner speaks first")
    func shared() throws {
        let owner = try Self.container("infra", labels: #"{"role":"owner"}"#)
        let sharing = try Self.container(
            "web", labels: #"{"aadpodidbinding":"app","role":"guest"}"#, networks: "{}", mode: "container:id-infra")
        #expect(try Self.pods([sharing, owner]) == [#"default/infra 10.0.0.2 {"aadpodidbinding":"app","role":"owner"}"#])
    }

    @Test("what is no container, or has no address, is passed over", arguments: ["{}", #"{"Id":""}"#, "[]", #"{"Id":7}"#])
    func odd(text: String) throws {
        #expect(RunningContainer(try JSONValue(parsing: Array(text.utf8))) == nil)
        let host = try Self.container("h", labels: #"{"aadpodidbinding":"app"}"#, networks: "{}", mode: "host")
        #expect(try Self.pods([host]).isEmpty)
    }
}
