import IdentityModel
import WireFormats

extension Checks {
    private static let oldTokenPath = "/var/run/secrets/azure/tokens/azure-identity-token"

    /// The pod's way through the webhook, and what becomes of it there (Q10 to Q12, Q17).
    static let injection: [Check] = [
        Check(
            "token-path-hard-coded", .warning, .q10,
            "It names {path}; since release 1.6 of the webhook the token is elsewhere.",
            fix: "Read the path from AZURE_FEDERATED_TOKEN_FILE.",
            each: { rehearsed, _ in
                guard rehearsed.workload.spec.mentions(oldTokenPath) else { return [] }
                return [Check.Found(["path": oldTokenPath], [.manifest(rehearsed.workload.reference)])]
            }),
        Check(
            "injection-denied", .blocker, .q11, "The webhook denies the pod: {why}",
            fix: "Mend what the webhook names; it denies every pod of this template.",
            each: { rehearsed, _ in
                guard case .denied(let why) = rehearsed.target.injection else { return [] }
                return [Check.Found(["why": why], [.manifest(rehearsed.workload.reference), .fact(why)])]
            }),
        Check(
            "not-injected", .blocker, .q11,
            "It gets {today} today, and its pods in the target lack the label azure.workload.identity/use: the webhook passes them over.",
            fix: "Set the label azure.workload.identity/use: \"true\" in the pod template, not on the controller and not on the account.",
            each: { rehearsed, cluster in
                guard case .notSelected = rehearsed.target.injection, cluster.target.isGiven, rehearsed.planned.course == .stays,
                    let today = rehearsed.today.all.first(where: \.hasToken), let token = today.token, today.path == .nmi,
                    !rehearsed.today.bypassesNMI
                else { return [] }
                return [
                    Check.Found(
                        ["today": cluster.label(token.clientID)], [.manifest(rehearsed.workload.reference), today.evidence])
                ]
            }),
        Check(
            "nothing-injected", .blocker, .q11,
            "It gets {today} today, and the webhook passes over all its containers ({containers}): none has a token file.",
            fix: "Take the container that asks for tokens out of the annotation azure.workload.identity/skip-containers.",
            each: { rehearsed, cluster in
                guard let pod = rehearsed.target.injection.pod.map(InjectedPod.init), pod.environment == nil,
                    let today = rehearsed.today.all.first(where: \.hasToken), let token = today.token
                else { return [] }
                return [
                    Check.Found(
                        ["today": cluster.label(token.clientID), "containers": pod.skipped.joined(separator: ", ")],
                        [.manifest(rehearsed.workload.reference), today.evidence])
                ]
            }),
        Check(
            "container-skipped", .warning, .q11,
            "The webhook passes over the containers {containers}: they have no token file and no variables.",
            fix: "See that none of them asks for tokens, or take it out of the annotation azure.workload.identity/skip-containers.",
            each: { rehearsed, _ in
                guard let pod = rehearsed.target.injection.pod.map(InjectedPod.init), pod.environment != nil, !pod.skipped.isEmpty else {
                    return []
                }
                return [
                    Check.Found(["containers": pod.skipped.joined(separator: ", ")], [.manifest(rehearsed.workload.reference)])
                ]
            }),
        Check(
            "init-before-sidecar", .warning, .q11,
            "Its init containers {containers} run before the sidecar's redirection: what they ask of the metadata service goes to the node, which answers {node}.",
            fix: "Let init containers use an SDK's workload identity credential; the sidecar does not serve them.",
            each: { rehearsed, cluster in
                guard let pod = rehearsed.target.sidecarInjection.pod.map(InjectedPod.init), !pod.initContainers.isEmpty,
                    let node = rehearsed.node(.none)
                else { return [] }
                return [
                    Check.Found(
                        [
                            "containers": pod.initContainers.joined(separator: ", "),
                            "node": node.token.map { "with a token of \(cluster.label($0.clientID))" } ?? "\(node.status)",
                        ], [.manifest(rehearsed.workload.reference), node.evidence])
                ]
            }),
        Check(
            "label-on-controller", .warning, .q11,
            "The label {label} stands on the {kind} and not in its pod template, where alone it counts.",
            fix: "Move the label to the template's metadata.",
            each: { rehearsed, _ in
                let workload = rehearsed.workload
                return [Pod.bindingLabel, TargetDerivation.useLabel]
                    .filter { workload.ownLabels[$0] != nil && workload.labels[$0] == nil }
                    .map { Check.Found(["label": $0, "kind": workload.id.kind], [.manifest(workload.reference)]) }
            }),
        Check(
            "system-namespace", .warning, .q11, "AKS keeps admission webhooks out of {namespace}: its pods are not mutated.",
            fix: "Move the workload to a namespace of its own, or set the token's volume and variables by hand.",
            each: { rehearsed, _ in
                guard rehearsed.workload.id.name.namespace == "kube-system", rehearsed.planned.course == .migrates else { return [] }
                return [Check.Found(["namespace": "kube-system"], [.manifest(rehearsed.workload.reference)])]
            }),
        Check(
            "host-network", .blocker, .q12,
            "Its pods share the node's address: NMI never sees them, and today they get {today}. The webhook would deny a sidecar.",
            fix: "Take it off the host's network, or let an SDK exchange the projected token itself.",
            each: { rehearsed, cluster in
                guard rehearsed.planned.course == .undecided(.hostNetwork), let today = rehearsed.today.unnamed.first else { return [] }
                return [
                    Check.Found(
                        ["today": today.token.map { cluster.label($0.clientID) } ?? "no token (\(today.status))"],
                        [.manifest(rehearsed.workload.reference), today.evidence])
                ]
            }),
        Check(
            "sidecar-and-user", .warning, .q12,
            "The pod's securityContext says runAsUser {user}, which the sidecar inherits: {why}",
            fix: "Set runAsUser on the containers instead of the pod, or do without the sidecar.",
            each: { rehearsed, _ in
                guard case .number(let user)? = rehearsed.workload.spec["securityContext"]?["runAsUser"], user != "1501",
                    rehearsed.target.sidecarInjection.isInjected
                else { return [] }
                let why =
                    user == "0" ? "it must not run as root, so the pod does not start." : "its own calls to the node loop back into it."
                return [Check.Found(["user": user, "why": why], [.manifest(rehearsed.workload.reference)])]
            }),
        Check(
            "policy-rejects-sidecar", .warning, .q12,
            "Namespace {namespace} enforces the pod security level {level}, which rejects the pod with the sidecar: {why}.",
            fix: "Do without the sidecar: use an SDK's workload identity credential. Or let the namespace enforce less while it stands in.",
            each: { rehearsed, cluster in
                guard let namespace = cluster.cluster.namespace(of: rehearsed.workload), let level = namespace.enforced,
                    let pod = rehearsed.target.sidecarInjection.pod
                else { return [] }
                // What the pod itself does, the namespace has let pass already.
                let own = rehearsed.target.injection.pod.map { PodSecurity.violations(of: $0, at: level) } ?? []
                let added = PodSecurity.violations(of: pod, at: level).filter { !own.contains($0) }
                guard !added.isEmpty else { return [] }
                return [
                    Check.Found(
                        ["namespace": namespace.name, "level": level.rawValue, "why": added.joined(separator: "; ")],
                        [.manifest(namespace.reference), .manifest(rehearsed.workload.reference)] + added.map { .fact($0) })
                ]
            }),
        Check(
            "windows-node", .warning, .q12, "Its pods run on Windows, for which there is no sidecar.",
            fix: "Use an SDK's workload identity credential.",
            each: { rehearsed, _ in
                let spec = rehearsed.workload.spec
                let systems = ["kubernetes.io/os", "beta.kubernetes.io/os"].compactMap { spec["nodeSelector"]?[$0]?.text }
                guard rehearsed.planned.course == .migrates, (systems + [spec["os"]?["name"]?.text ?? ""]).contains("windows") else {
                    return []
                }
                return [Check.Found([:], [.manifest(rehearsed.workload.reference)])]
            }),
        Check(
            "not-side-by-side", .warning, .q17,
            "With both labels, and NMI still there, a request without an id gets {both} and not what it gets today.",
            fix: "Move pods and bindings in one step: this workload cannot run in both worlds.",
            each: { rehearsed, cluster in
                guard let today = rehearsed.today.unnamed.first, today.hasToken, let both = rehearsed.withBothLabels,
                    !rehearsed.today.unnamed.contains(where: { $0.token == both.token })
                else { return [] }
                return [
                    Check.Found(
                        ["both": both.token.map { cluster.label($0.clientID) } ?? "an error \(both.status)"],
                        [today.evidence, both.evidence])
                ]
            }),
        Check(
            "job-never-ends", .warning, .q17,
            "With the sidecar as an ordinary container, the {kind} never finishes: the sidecar runs on.",
            fix: "Use an SDK's workload identity credential, or a cluster of 1.32 and later, where the sidecar is native.",
            each: { rehearsed, _ in
                let containers = rehearsed.target.sidecarInjection.pod?["spec"]?["containers"]?.elements ?? []
                guard rehearsed.workload.isJob, containers.contains(where: { $0["name"]?.text == InjectedPod.proxyContainer }) else {
                    return []
                }
                return [
                    Check.Found(
                        ["kind": rehearsed.workload.id.kind],
                        [
                            .manifest(rehearsed.workload.reference),
                            .fact("the webhook puts \(InjectedPod.proxyContainer) among the containers, not among the init containers"),
                        ])
                ]
            }),
    ]
}
