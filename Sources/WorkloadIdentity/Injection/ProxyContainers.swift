import WireFormats

/// The two containers that a pod gets with the proxy (source: workload-identity.md §1.6).
struct ProxyContainers {
    let settings: WebhookSettings
    let port: Int64

    private static let registry = "mcr.microsoft.com/oss/azure/workload-identity"

    /// `azwi-proxy-init`, which redirects what is meant for the metadata service.
    var redirect: JSONValue {
        [
            "name": "azwi-proxy-init", "image": .string(settings.proxyInitImage ?? image("proxy-init")),
            "env": [["name": "PROXY_PORT", "value": .string("\(port)")]], "imagePullPolicy": "IfNotPresent",
            "securityContext": [
                "capabilities": ["add": ["NET_ADMIN"], "drop": ["ALL"]], "privileged": true, "runAsUser": 0, "runAsNonRoot": false,
            ],
        ]
    }

    /// `azwi-proxy`, which answers it.
    var sidecar: JSONValue { .object(sidecarMembers) }

    /// The same as an init container that runs on.
    var nativeSidecar: JSONValue { .object(sidecarMembers + [JSONMember("restartPolicy", "Always")]) }

    private var sidecarMembers: [JSONMember] {
        let flags = ["--proxy-port=\(port)", "--log-level=\(settings.logLevel)"]
        return [
            JSONMember("name", "azwi-proxy"), JSONMember("image", .string(settings.proxyImage ?? image("proxy"))),
            JSONMember("args", .strings(flags)), JSONMember("ports", [["containerPort": .integer(port)]]),
            JSONMember("lifecycle", ["postStart": ["exec": ["command": .strings(["/proxy", flags[0], "--probe", flags[1]])]]]),
            JSONMember("imagePullPolicy", "IfNotPresent"),
            JSONMember(
                "securityContext",
                [
                    "capabilities": ["drop": ["ALL"]], "privileged": false, "runAsNonRoot": true, "readOnlyRootFilesystem": true,
                    "allowPrivilegeEscalation": false,
                ]),
        ]
    }

    private func image(_ name: String) -> String { "\(Self.registry)/\(name):\(settings.version)" }

    /// An image's name without its tag.
    static func repository(of image: String) -> String {
        guard let colon = image.lastIndex(of: ":"), !image[colon...].contains("/") else { return image }
        return String(image[..<colon])
    }
}
