import IdentityModel

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
            "system-assigned", .warning, .q19,
            "It gets a token of the node's system-assigned identity or of an identity no manifest names, which has no counterpart.",
            fix: "Give it a user-assigned identity with the same roles.",
            each: { rehearsed, cluster in
                guard
                    let today = rehearsed.today.all.first(where: { answer in
                        answer.token.map { cluster.catalogue.identity(clientID: $0.clientID) == nil && $0.clientID != cluster.kubelet }
                            ?? false
                    })
                else { return [] }
                return [Check.Found([:], [.manifest(rehearsed.workload.reference), today.evidence])]
            }),
    ]
}

extension RehearsedWorkload {
    /// Whether the target gives it tokens of the identity, or of one that a person has put in its place.
    func hasSuccessor(of identity: KnownIdentity, in cluster: RehearsedCluster) -> Bool {
        target.exchange.contains { answer in
            answer.token.map {
                $0.clientID == identity.clientID || cluster.replacements.allows($0.clientID, for: identity.clientID)
            } ?? false
        }
    }
}
