import IdentityModel
import WireFormats

extension Checks {
    /// What of pod identity has no counterpart (Q14, Q19).
    static let reliance: [Check] = [
        Check(
            "service-principal", .blocker, .q14,
            "It uses {identity}, a service principal with a credential of its own ({kind}), which workload identity does not carry over.",
            fix:
                "Give it a managed identity with the same roles, or make a federated credential on the application; then remove the Secret.",
            each: { rehearsed, cluster in
                var seen: Set<KnownIdentity> = []
                return rehearsed.today.all.compactMap { today in
                    guard let identity = today.identity(in: cluster.catalogue), identity.category == .servicePrincipal,
                        seen.insert(identity).inserted, !rehearsed.hasSuccessor(of: identity, in: cluster)
                    else { return nil }
                    let azure = cluster.azureIdentity(in: today.matched)
                    return Check.Found(
                        ["identity": identity.name, "kind": azure?.category.number == 2 ? "a certificate" : "a secret"],
                        cluster.references(to: today.matched) + [today.evidence])
                }
            }),
        Check(
            "random-choice", .warning, .q14,
            "Without an id NMI takes one of {count} identities at random: {identities}. In the target it is always {default}.",
            fix: "Name a client id in its requests, or say which identity is meant by the account's azure.workload.identity/client-id.",
            each: { rehearsed, cluster in
                guard rehearsed.today.unnamed.contains(where: { $0.quirks.contains("randomChoice") }) else { return [] }
                let identities = Set(rehearsed.today.unnamed.compactMap { $0.identity(in: cluster.catalogue)?.name }).sorted()
                return [
                    Check.Found(
                        [
                            "count": "\(identities.count)", "identities": identities.joined(separator: ", "),
                            "default": rehearsed.planned.identities.first?.name ?? "none",
                        ],
                        rehearsed.today.unnamed.flatMap { cluster.references(to: $0.matched, of: "AzureIdentityBinding") }.unique
                            + rehearsed.today.unnamed.map(\.evidence))
                ]
            }),
        Check(
            "cross-namespace-binding", .warning, .q14,
            "It gets {identity} of namespace {other}: a binding there matches pods of every namespace.",
            fix: "Make the federated credential for this namespace's account, and see that {other} agrees.",
            each: { rehearsed, cluster in
                var seen: Set<KnownIdentity> = []
                return rehearsed.today.all.compactMap { today in
                    guard let azure = cluster.azureIdentity(in: today.matched), azure.id.namespace != rehearsed.workload.id.name.namespace,
                        let identity = today.identity(in: cluster.catalogue), seen.insert(identity).inserted
                    else { return nil }
                    return Check.Found(
                        ["identity": identity.name, "other": azure.id.namespace],
                        cluster.references(to: today.matched) + [today.evidence])
                }
            }),
        Check(
            "exception", .warning, .q14,
            "An exception lets it past NMI to the node's own identities; in the target it reaches what is left on the node: {after}.",
            fix: "Find out which identity it means; give it a service account with that identity, or keep that identity on the nodes.",
            each: { rehearsed, cluster in
                guard
                    let today = rehearsed.today.unnamed.first(where: { $0.matched.contains { $0.hasPrefix("AzurePodIdentityException") } })
                else { return [] }
                let after = rehearsed.node(.none)
                return [
                    Check.Found(
                        ["after": after?.token.map { cluster.label($0.clientID) } ?? "no token (\(after?.status ?? 0))"],
                        cluster.references(to: today.matched) + [today.evidence] + (after.map { [$0.evidence] } ?? []))
                ]
            }),
        Check(
            "taken-for-mic", .warning, .q14,
            "Its ReplicaSet's name begins with mic in NMI's own namespace: NMI takes it for MIC and gives it the node's identities.",
            fix: "Find out whether it means to use the node's identity; in the target nothing takes it for MIC.",
            each: { rehearsed, _ in
                guard let today = rehearsed.today.all.first(where: \.isByLooks) else { return [] }
                return [Check.Found([:], [.manifest(rehearsed.workload.reference), today.evidence])]
            }),
        Check(
            "host-token", .warning, .q14,
            "{caller} asks NMI on the node for a token in its name, by /host/token: today {today}. Without NMI nobody answers there.",
            fix:
                "In a SecretProviderClass, name the clientID instead of usePodIdentity: the driver then exchanges a token of the pod's service account. Any other caller needs a credential of its own.",
            each: { rehearsed, cluster in
                guard let today = rehearsed.today.onBehalf else { return [] }
                return HostTokenUse.all(
                    of: rehearsed.planned.template["spec"] ?? [:], in: rehearsed.workload.id.name.namespace,
                    classes: cluster.target.secretProviders
                ).map { use in
                    Check.Found(
                        [
                            "caller": use.caller,
                            "today": today.token.map { "it gets \(cluster.label($0.clientID))" } ?? "it gets no token (\(today.status))",
                        ], [.manifest(use.reference ?? rehearsed.workload.reference), today.evidence])
                }
            }),
        Check(
            "system-assigned", .warning, .q19,
            "It gets a token of the node's system-assigned identity, which has no counterpart.",
            fix: "Give it a user-assigned identity with the same roles.",
            each: { rehearsed, cluster in
                guard let today = rehearsed.firstOfNode(in: cluster, isUserAssigned: false) else { return [] }
                return [Check.Found([:], [.manifest(rehearsed.workload.reference), today.evidence])]
            }),
        Check(
            "node-identity", .warning, .q19,
            "It gets a token of {identity}, a user-assigned identity of the node that no binding ties to it.",
            fix: "Find out whether it means that identity; if so, annotate its service account with it and make a federated credential.",
            each: { rehearsed, cluster in
                guard let today = rehearsed.firstOfNode(in: cluster, isUserAssigned: true), let token = today.token else { return [] }
                return [
                    Check.Found(
                        ["identity": cluster.label(token.clientID)], [.manifest(rehearsed.workload.reference), today.evidence])
                ]
            }),
        Check(
            "virtual-node", .warning, .q19, "Its pods run on virtual nodes, where workload identity is not supported.",
            fix: "Run it on a node pool.",
            each: { rehearsed, _ in
                guard rehearsed.planned.course == .migrates,
                    rehearsed.workload.spec["nodeSelector"]?["type"]?.text == "virtual-kubelet"
                else { return [] }
                return [Check.Found([:], [.manifest(rehearsed.workload.reference)])]
            }),
    ]
}

extension RehearsedWorkload {
    /// The first request that got an identity of the node's own: no binding's, and not the kubelet's.
    func firstOfNode(in cluster: RehearsedCluster, isUserAssigned: Bool) -> Observation? {
        today.all.first { answer in
            guard let token = answer.token, token.clientID != cluster.kubelet, token.isUserAssigned == isUserAssigned else { return false }
            return !today.candidates.contains { $0.clientID == token.clientID }
        }
    }

    /// Whether the target gives it tokens of the identity, or of one that a person has put in its place.
    func hasSuccessor(of identity: KnownIdentity, in cluster: RehearsedCluster) -> Bool {
        target.exchange.contains { $0.token?.clientID == identity.clientID } || successor(of: identity.clientID, in: cluster) != nil
    }

    /// The client id that a person has put in the place of another, and of which the target gives it tokens.
    func successor(of clientID: String, in cluster: RehearsedCluster) -> String? {
        target.exchange.lazy.compactMap(\.token?.clientID).first { cluster.replacements.allows($0, for: clientID) }
    }
}
