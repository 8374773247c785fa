extension Checks {
    /// Which identity answers, before and after (Q1).
    static let identity: [Check] = [
        Check(
            "identity-changes", .blocker, .q1, "Asked with {shape}, it gets {today} today and {target} by the exchange.",
            fix: "Annotate the service account with the client id that it gets today, or name that id in the request.",
            each: { rehearsed, cluster in
                rehearsed.today.all.filter { !$0.quirks.contains("randomChoice") }.compactMap { today in
                    guard let after = rehearsed.exchange(today.shape), let before = today.token, let token = after.token,
                        before.clientID != token.clientID, !cluster.replacements.allows(token.clientID, for: before.clientID)
                    else { return nil }
                    return Check.Found(
                        [
                            "shape": "\(today.shape)", "today": cluster.label(before.clientID), "target": cluster.label(token.clientID),
                        ], [today.evidence, after.evidence])
                }
            }),
        Check(
            "identity-lost", .blocker, .q1, "Asked with {shape}, it gets {today} today and nothing in the target: {why}",
            fix: "Annotate the service account with azure.workload.identity/client-id and start the pods anew.",
            each: { rehearsed, cluster in
                rehearsed.today.all.compactMap { today in
                    // A refusal by Entra is told by the checks of credentials, and so is a pod that the webhook refuses.
                    guard let before = today.token, let after = rehearsed.exchange(today.shape), !after.hasToken, after.entraError == nil
                    else { return nil }
                    return Check.Found(
                        ["shape": "\(today.shape)", "today": cluster.label(before.clientID), "why": after.text],
                        [today.evidence, after.evidence])
                }.prefix(1).map { $0 }
            }),
        Check(
            "replaced-id", .warning, .q1,
            "{today} is replaced by {target}: a request that names the old client id gets {after}.",
            fix: "See that requests name the new client id or none: AZURE_CLIENT_ID comes with the webhook.",
            each: { rehearsed, cluster in
                rehearsed.today.named.compactMap { today in
                    guard case .clientID(let old) = today.shape, today.hasToken, let after = rehearsed.exchange(today.shape),
                        after.token?.clientID != old, let successor = rehearsed.successor(of: old, in: cluster)
                    else { return nil }
                    return Check.Found(
                        [
                            "today": cluster.label(old), "target": cluster.label(successor),
                            "after": after.entraError.map { "AADSTS\($0)" } ?? "\(after.status)",
                        ], [today.evidence, after.evidence])
                }
            }),
        Check(
            "label-without-identity", .warning, .q1,
            "Its label aadpodidbinding={label} leads to no identity today: NMI answers {status} after {seconds} s.",
            fix: "Drop the label if nothing is missing; else mend the binding before the migration.",
            each: { rehearsed, cluster in
                guard let label = rehearsed.workload.bindingLabel, rehearsed.planned.course != .undecided(.hostNetwork),
                    let first = rehearsed.today.unnamed.first, !first.hasToken, rehearsed.today.reached(in: cluster.catalogue).isEmpty
                else { return [] }
                return [
                    Check.Found(
                        ["label": label, "status": "\(first.status)", "seconds": "\(first.waitMilliseconds / 1000)"],
                        [.manifest(rehearsed.workload.reference), first.evidence])
                ]
            }),
    ]

    /// What shapes of requests the sidecar answers differently (Q2).
    static let requests: [Check] = [
        Check(
            "sidecar-ignores-resource-id", .warning, .q2,
            "A request by resource id gets {today} from NMI and {sidecar} from the sidecar, which reads only client_id.",
            fix: "Name client ids in requests, or use an SDK's workload identity credential, before the sidecar stands in.",
            each: { rehearsed, cluster in
                rehearsed.today.named.compactMap { today in
                    guard case .resourceID = today.shape, let before = today.token, let after = rehearsed.sidecar(today.shape),
                        after.token?.clientID != before.clientID, after.entraError == nil
                    else { return nil }
                    return Check.Found(
                        [
                            "today": cluster.label(before.clientID),
                            "sidecar": after.token.map { cluster.label($0.clientID) } ?? "an error \(after.status)",
                        ], [today.evidence, after.evidence])
                }
            }),
        Check(
            "sidecar-needs-client-id", .warning, .q2,
            "A request without an id gets {today} today; the sidecar answers {status}, for the pod has no AZURE_CLIENT_ID.",
            fix: "Annotate the service account with azure.workload.identity/client-id, or name a client id in requests.",
            each: { rehearsed, cluster in
                guard let today = rehearsed.today.unnamed.first(where: \.hasToken), let before = today.token,
                    let after = rehearsed.sidecar(.none), after.status == 400
                else { return [] }
                return [
                    Check.Found(
                        ["today": cluster.label(before.clientID), "status": "\(after.status)"], [today.evidence, after.evidence])
                ]
            }),
    ]
}

extension RehearsedCluster {
    /// The name of an identity, for people.
    func label(_ clientID: String) -> String {
        catalogue.identity(clientID: clientID).map { "\($0.name) (\(clientID))" }
            ?? (clientID == kubelet ? "the kubelet's identity" : clientID)
    }
}
