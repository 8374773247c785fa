import WireFormats

/// The Pod Security Standards, as the admission plugin of the API server enforces them by a namespace's labels.
///
/// The controls that a pod of the migration can meet; those on sysctls, SELinux and AppArmor are left out, for no injection touches them.
enum PodSecurity {
    /// How much is allowed.
    enum Level: String, Comparable, Sendable {
        case privileged
        case baseline
        case restricted

        private var rank: Int { [.privileged, .baseline, .restricted].firstIndex(of: self) ?? 0 }
        static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    }

    /// The namespace's label for what is rejected, and not only warned of.
    static let enforceLabel = "pod-security.kubernetes.io/enforce"

    private struct Control {
        let level: Level
        /// What a container or, with nil for the container, the pod does against it; nil for nothing.
        let violation: @Sendable (_ container: JSONValue?, _ pod: JSONValue) -> String?
    }

    private static let addable: Set<String> = [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP",
        "SETUID", "SYS_CHROOT",
    ]
    private static let volumeKinds: Set<String> = [
        "name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
    ]

    private static let controls: [Control] = [
        Control(level: .baseline) { container, pod in
            container == nil ? ["hostNetwork", "hostPID", "hostIPC"].first { pod[$0] == true } : nil
        },
        Control(level: .baseline) { container, pod in
            guard container == nil else { return nil }
            return pod["volumes"]?.elements?.contains { $0["hostPath"] != nil } == true ? "hostPath volumes" : nil
        },
        Control(level: .baseline) { container, _ in container?["securityContext"]?["privileged"] == true ? "privileged" : nil },
        Control(level: .baseline) { container, _ in
            let added = capabilities(container, "add").filter { !addable.contains($0) }
            return added.isEmpty ? nil : "capabilities \(added.joined(separator: ", "))"
        },
        Control(level: .baseline) { container, _ in
            let ports = container?["ports"]?.elements ?? []
            return ports.contains { port in port["hostPort"].map { $0 != .number("0") } ?? false } ? "hostPort" : nil
        },
        Control(level: .restricted) { container, pod in
            guard container == nil else { return nil }
            let kinds = (pod["volumes"]?.elements ?? []).flatMap { volume -> [String] in
                if case .object(let members) = volume { members.map(\.name) } else { [] }
            }
            return kinds.first { !volumeKinds.contains($0) }.map { "volumes of kind \($0)" }
        },
        Control(level: .restricted) { container, _ in
            guard let container else { return nil }
            return container["securityContext"]?["allowPrivilegeEscalation"] == false ? nil : "allowPrivilegeEscalation"
        },
        Control(level: .restricted) { container, pod in
            guard let container else { return nil }
            return setting("runAsNonRoot", container, pod) == true ? nil : "runAsNonRoot is not true"
        },
        Control(level: .restricted) { container, pod in
            guard let container else { return nil }
            return setting("runAsUser", container, pod) == .number("0") ? "runAsUser 0" : nil
        },
        Control(level: .restricted) { container, pod in
            guard let container else { return nil }
            let profile = setting("seccompProfile", container, pod)?["type"]?.text
            return profile == "RuntimeDefault" || profile == "Localhost" ? nil : "no seccompProfile"
        },
        Control(level: .restricted) { container, _ in
            guard let container else { return nil }
            let added = capabilities(container, "add").filter { $0 != "NET_BIND_SERVICE" }
            return capabilities(container, "drop").contains("ALL") && added.isEmpty ? nil : "capabilities beyond NET_BIND_SERVICE"
        },
    ]

    /// What a pod does that a level forbids: `azwi-proxy-init: privileged`; empty where it is admitted.
    static func violations(of pod: JSONValue, at level: Level) -> [String] {
        let spec = pod["spec"] ?? [:]
        let containers = ["initContainers", "containers"].flatMap { spec[$0]?.elements ?? [] }
        let asked = controls.filter { $0.level <= level }
        return asked.compactMap { $0.violation(nil, spec) }
            + containers.flatMap { container in
                asked.compactMap { $0.violation(container, spec) }.map { "\(container["name"]?.text ?? "a container"): \($0)" }
            }
    }

    /// A setting of the container, else of the pod.
    private static func setting(_ name: String, _ container: JSONValue, _ pod: JSONValue) -> JSONValue? {
        container["securityContext"]?[name] ?? pod["securityContext"]?[name]
    }

    private static func capabilities(_ container: JSONValue?, _ list: String) -> [String] {
        container?["securityContext"]?["capabilities"]?[list]?.elements?.compactMap(\.text) ?? []
    }
}
