import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite("Releases of the webhook")
struct VersionTests {
    @Test(
        "are read from tags and short forms",
        arguments: [
            ("1.6", "v1.6.0"), ("v1.6.0", "v1.6.0"), ("1.5", "v1.5.1"), ("1.5.0", "v1.5.0"), ("1.1", "v1.1.0"), ("1.2.2", "v1.2.2"),
            ("1.0", "v1.0.0"),
        ])
    func reads(_ text: String, _ tag: String) { #expect(WebhookVersion(text)?.description == tag) }

    @Test(
        "beyond the known ones are refused",
        arguments: ["1.7", "2.0", "0.15", "1", "1.6.", "1.6.0.0", "1.x", "latest", "", "v", "1.-1", "1. 5"])
    func refuses(_ text: String) { #expect(WebhookVersion(text) == nil) }

    @Test("stand in the table from oldest to newest")
    func table() {
        let since = WebhookBehaviour.table.map(\.since)
        #expect(since == since.sorted())
        #expect(since.last == .newest)
    }

    static let oldPath = "/var/run/secrets/azure/tokens/azure-identity-token"
    static let newPath = "/var/run/secrets/azure/wi/token/azure-identity-token"

    @Test(
        "differ in where the token is",
        arguments: [
            ("1.1", oldPath, "azure-identity-token"), ("1.5", oldPath, "azure-identity-token"),
            ("1.6", newPath, "azure-workload-identity-reserved-148de9c5a7a44d19e56cd9ae1a554b"),
        ])
    func paths(_ version: String, _ file: String, _ volume: String) throws {
        let pod = try Small.inject(Small.pod(), version)
        #expect(pod[at: "spec/containers/0/env/2/value"]?.text == file)
        #expect(pod.names(at: "spec/volumes") == [volume])
        let mount = try #require(pod[at: "spec/containers/0/volumeMounts/0/mountPath"]?.text)
        let path = try #require(pod[at: "spec/volumes/0/projected/sources/0/serviceAccountToken/path"]?.text)
        #expect("\(mount)/\(path)" == file)
    }

    @Test(
        "differ in where the sidecar goes",
        arguments: [
            ("1.1", false, ["app", "azwi-proxy"], ["azwi-proxy-init"]), ("1.1", true, ["app", "azwi-proxy"], ["azwi-proxy-init"]),
            ("1.2", true, ["azwi-proxy", "app"], ["azwi-proxy-init"]), ("1.4", true, ["azwi-proxy", "app"], ["azwi-proxy-init"]),
            ("1.5", false, ["azwi-proxy", "app"], ["azwi-proxy-init"]), ("1.5", true, ["app"], ["azwi-proxy", "azwi-proxy-init"]),
            ("1.6", true, ["app"], ["azwi-proxy", "azwi-proxy-init"]),
        ])
    func placement(_ version: String, _ native: Bool, _ containers: [String], _ inits: [String]) throws {
        let pod = try Small.inject(Small.pod(["inject-proxy-sidecar": "false"]), version, native: native)
        #expect(pod.names(at: "spec/containers") == containers)
        #expect(pod.names(at: "spec/initContainers") == inits)
        let isNative = inits.count == 2
        #expect(pod[at: "spec/initContainers/0/restartPolicy"] == (isNative ? "Always" : nil))
    }

    @Test(
        "up to 1.3 take a proxy for injected by its image too", arguments: [("1.1", true), ("1.3", true), ("1.4", false), ("1.6", false)])
    func recognition(_ version: String, _ byImage: Bool) throws {
        let image = "mcr.microsoft.com/oss/azure/workload-identity/proxy:v1.0.0"
        let pod = Small.pod(["inject-proxy-sidecar": ""], [JSONMember("containers", [["name": "mine", "image": .string(image)]])])
        #expect(try Small.inject(pod, version).names(at: "spec/containers").contains("azwi-proxy") == !byImage)
    }

    @Test("from 1.2 on deny the proxy to pods on the host's network", arguments: [("1.1", nil), ("1.2", denied), ("1.6", denied)])
    func hostNetwork(_ version: String, _ message: String?) throws {
        let pod = Small.pod(["inject-proxy-sidecar": "true"], [JSONMember("hostNetwork", true)])
        #expect(try Small.denial(pod, version) == message)
    }

    static let denied = "hostNetwork is set to true, cannot inject proxy sidecar"

    @Test("up to 1.5.0 inject variables without a value", arguments: [("1.1", true), ("1.5.0", true), ("1.5.1", false), ("1.6", false)])
    func emptyVariables(_ version: String, _ injects: Bool) throws {
        let names = try Small.inject(Small.pod(account: "bare"), version).names(at: "spec/containers/0/env")
        #expect(names.contains("AZURE_CLIENT_ID") == injects)
        #expect(names.suffix(3) == ["AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST"])
    }

    @Test("up to 1.5 leave a pod's own projection alone, 1.6 replaces a volume of its name", arguments: ["1.1", "1.5", "1.6"])
    func present(_ version: String) throws {
        let first = try Small.inject(Small.pod(), version)
        let name = try #require(first.names(at: "spec/volumes").first)
        let own: JSONValue = ["name": .string(name), "projected": ["sources": [["serviceAccountToken": ["path": "azure-identity-token"]]]]]
        let renamed = own.setting("name", "own")
        let isNewest = version == "1.6"
        #expect(
            try Small.inject(Small.pod([JSONMember("volumes", [own])]), version)[at: "spec/volumes/0"]
                == (isNewest ? first[at: "spec/volumes/0"] : own))
        #expect(
            try Small.inject(Small.pod([JSONMember("volumes", [renamed])]), version).names(at: "spec/volumes")
                == (isNewest ? ["own", name] : ["own"]))
    }
}

extension Small {
    static func pod(_ annotations: [String: String], _ more: [JSONMember]) -> JSONValue { pod(annotations, account: "web", more) }

    static func pod(_ more: [JSONMember]) -> JSONValue { pod([:], account: "web", more) }
}
