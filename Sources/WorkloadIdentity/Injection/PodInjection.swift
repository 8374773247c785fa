import Cryptography
public import WireFormats

/// What the webhook does to one pod.
///
/// A pure function of the pod, the service accounts and the settings (source: workload-identity.md §1.3 to §1.6). It touches nothing but
/// what it injects: a pod that went through a decoder comes back as decoded, a template as it was written.
public struct PodInjection: Sendable {
    private let settings: WebhookSettings
    private let behaviour: WebhookBehaviour

    /// The webhook of these settings.
    public init(_ settings: WebhookSettings) {
        self.settings = settings
        behaviour = settings.version.behaviour
    }

    /// The pod with environment, volume and, where it asks for them, proxy containers.
    ///
    /// - Parameters:
    ///   - pod: an object with `metadata` and `spec`.
    ///   - name: what the volume's name is made from: the pod's name, or its `generateName` and ` (prefix)`.
    ///   - namespace: where its service account is looked up.
    ///   - serviceAccounts: the accounts there are.
    /// - Throws: the original's denial, the first there is.
    public func mutated(
        _ pod: JSONValue, name: String, namespace: String, serviceAccounts: ServiceAccountDirectory
    ) throws(AdmissionDenial) -> JSONValue {
        let annotations = PodAnnotations(pod)
        var spec = pod["spec"] ?? [:]
        let accountName = spec["serviceAccountName"]?.text ?? ""
        let account = try serviceAccounts.find(accountName.isEmpty ? "default" : accountName, in: namespace)

        if annotations.asksForProxy {
            if behaviour.deniesHostNetwork, spec["hostNetwork"] == true {
                throw AdmissionDenial("hostNetwork is set to true, cannot inject proxy sidecar")
            }
            spec = withProxy(spec, port: try annotations.proxyPort())
        }
        let injected = Injected(
            environment: environment(account: account, usesEndpoint: usesEndpoint(annotations)), volumeName: volumeName(of: name),
            skipped: annotations.skippedContainers)
        let expiration = try annotations.tokenExpiration(account: account)
        for list in ["initContainers", "containers"] {
            guard let containers = spec[list]?.elements, !containers.isEmpty else { continue }
            spec = spec.setting(list, .array(containers.map { container(injected, into: $0) }))
        }
        spec = withVolume(spec, volume(injected.volumeName, expiration: expiration, usesEndpoint: usesEndpoint(annotations)))
        return pod.setting("spec", spec)
    }

    // MARK: Containers

    /// What every container gets.
    private struct Injected {
        let environment: [(name: String, value: String)]
        let volumeName: String
        let skipped: Set<String>
    }

    private func container(_ injected: Injected, into container: JSONValue) -> JSONValue {
        guard !injected.skipped.contains(container["name"]?.text ?? "") else { return container }
        let present = container["env"]?.elements ?? []
        let names = Set(present.map { $0["name"]?.text ?? "" })
        let missing = injected.environment.filter { !names.contains($0.name) }
            .map { variable -> JSONValue in
                // An empty value is left out of what Go writes.
                variable.value.isEmpty
                    ? ["name": .string(variable.name)] : ["name": .string(variable.name), "value": .string(variable.value)]
            }
        let mounts = container["volumeMounts"]?.elements ?? []
        let mount: JSONValue = ["name": .string(injected.volumeName), "mountPath": .string(behaviour.mountPath), "readOnly": true]
        var out = container
        if !missing.isEmpty { out = out.setting("env", .array(present + missing)) }
        return out.setting("volumeMounts", .array(adding(mount, to: mounts, named: injected.volumeName)))
    }

    /// Of several elements of one name the first counts.
    private func adding(_ element: JSONValue, to list: [JSONValue], named name: String) -> [JSONValue] {
        guard let index = list.firstIndex(where: { $0["name"]?.text == name }) else { return list + [element] }
        guard behaviour.present == .replaced else { return list }
        var list = list
        list[index] = element
        return list
    }

    private func environment(account: [String: String], usesEndpoint: Bool) -> [(name: String, value: String)] {
        var variables = [
            ("AZURE_CLIENT_ID", account[WorkloadAnnotation.clientID] ?? ""),
            ("AZURE_TENANT_ID", account[WorkloadAnnotation.tenantID] ?? settings.tenantID),
            ("AZURE_FEDERATED_TOKEN_FILE", "\(behaviour.mountPath)/\(behaviour.tokenPath)"),
            ("AZURE_AUTHORITY_HOST", settings.authorityHost),
        ]
        if usesEndpoint, let endpoint = settings.tokenEndpoint {
            var data = ""
            if case .data(let text) = endpoint.trust { data = text }
            variables += [
                ("AZURE_KUBERNETES_TOKEN_PROXY", endpoint.proxy), ("AZURE_KUBERNETES_SNI_NAME", endpoint.serverName),
                // Named even where no file comes: the original does not look (source: recordings, custom endpoint).
                ("AZURE_KUBERNETES_CA_FILE", "\(behaviour.mountPath)/\(Self.certificatePath)"),
                ("AZURE_KUBERNETES_CA_DATA", data),
            ]
        }
        return variables.filter { behaviour.writesEmptyVariables || !$0.1.isEmpty }.map { (name: $0.0, value: $0.1) }
    }

    private func usesEndpoint(_ annotations: PodAnnotations) -> Bool {
        guard behaviour.hasTokenEndpoint, let endpoint = settings.tokenEndpoint else { return false }
        return annotations[endpoint.annotation]?.lowercased() == "true"
    }

    // MARK: The volume

    private static let certificatePath = "ca-cert/ca.crt"
    /// The longest name of a volume.
    private static let nameLength = 63

    private func volumeName(of podName: String) -> String {
        switch behaviour.volumeName {
        case .fixed(let name): return name
        case .hashed(let prefix):
            // libcrypto refuses SHA-256 only when it is out of memory; the name is then no worse than an unhashed one.
            let digest = (try? Digest.sha256(Array(podName.utf8))) ?? Array(podName.utf8)
            return prefix + Hexadecimal.encode(digest).prefix(Self.nameLength - prefix.count)
        }
    }

    private func volume(_ name: String, expiration: Int64, usesEndpoint: Bool) -> JSONValue {
        let endpoint = usesEndpoint ? settings.tokenEndpoint : nil
        var sources: [JSONValue] = [
            [
                "serviceAccountToken": [
                    "audience": .string(endpoint?.audience ?? settings.audience), "expirationSeconds": .integer(expiration),
                    "path": .string(behaviour.tokenPath),
                ]
            ]
        ]
        switch endpoint?.trust {
        case .configMap(let name):
            sources.append([
                "configMap": [
                    "name": .string(name), "items": [["key": "ca.crt", "path": .string(Self.certificatePath)]], "optional": false,
                ]
            ])
        case .bundle(let signerName, let selector):
            let selected = selector.map { [JSONMember("labelSelector", $0)] } ?? []
            let bundle =
                [JSONMember("signerName", .string(signerName))] + selected
                + [JSONMember("optional", false), JSONMember("path", .string(Self.certificatePath))]
            sources.append(["clusterTrustBundle": .object(bundle)])
        case .data, Optional<CustomTokenEndpoint.Trust>.none, .some(.none): break
        }
        return ["name": .string(name), "projected": ["sources": .array(sources)]]
    }

    private func withVolume(_ spec: JSONValue, _ volume: JSONValue) -> JSONValue {
        let volumes = spec["volumes"]?.elements ?? []
        switch behaviour.present {
        case .replaced:
            return spec.setting("volumes", .array(adding(volume, to: volumes, named: volume["name"]?.text ?? "")))
        case .kept:
            let isProjected = volumes.contains { volume in
                (volume["projected"]?["sources"]?.elements ?? [])
                    .contains { $0["serviceAccountToken"]?["path"]?.text == behaviour.tokenPath }
            }
            return isProjected ? spec : spec.setting("volumes", .array(volumes + [volume]))
        }
    }

    // MARK: Proxy containers

    private func withProxy(_ spec: JSONValue, port: Int64) -> JSONValue {
        let proxy = ProxyContainers(settings: settings, port: port)
        let spec = adding(proxy.redirect, to: spec, list: "initContainers", first: false)
        switch behaviour.placement {
        case .native where settings.hasNativeSidecars:
            return adding(proxy.nativeSidecar, to: spec, list: "initContainers", first: true)
        case .native, .first: return adding(proxy.sidecar, to: spec, list: "containers", first: true)
        case .last: return adding(proxy.sidecar, to: spec, list: "containers", first: false)
        }
    }

    /// Only the list that is added to is searched for a proxy that is there already.
    private func adding(_ container: JSONValue, to spec: JSONValue, list: String, first: Bool) -> JSONValue {
        let containers = spec[list]?.elements ?? []
        let isThere = containers.contains { present in
            if present["name"] == container["name"] { return true }
            guard behaviour.recognition == .nameOrImage else { return false }
            let repository = ProxyContainers.repository(of: container["image"]?.text ?? "")
            return (present["image"]?.text ?? "").hasPrefix(repository)
        }
        guard !isThere else { return spec }
        return spec.setting(list, .array(first ? [container] + containers : containers + [container]))
    }
}
