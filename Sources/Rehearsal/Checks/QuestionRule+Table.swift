import IdentityModel

extension QuestionRule {
    /// A rule for each question, in order.
    static let table: [QuestionRule] = [
        QuestionRule(.q1, unknown: "It has not moved in this target, so there is no after to compare with; see Q12 and Q14.") {
            rehearsed, _ in
            let pairs = rehearsed.today.all.compactMap { today in rehearsed.exchange(today.shape).map { (today, $0) } }
            if !pairs.isEmpty {
                return Exercised(
                    reason: "Each of \(pairs.count) requests leads to the same identity by the exchange.",
                    evidence: pairs.flatMap { [$0.0.evidence, $0.1.evidence] })
            }
            guard rehearsed.planned.course == .stays, !rehearsed.today.all.contains(where: \.hasToken) else { return nil }
            return Exercised(
                reason: "It gets no token today, so it has none to lose.", evidence: rehearsed.today.all.map(\.evidence))
        },
        QuestionRule(
            .q2,
            unknown: "Manifests do not tell how it asks. Replay the requests it really made: --decisions with a journal of Understudy's.",
            exercised: { rehearsed, _ in rehearsed.recordedShapes ?? rehearsed.liveShapes }),
        QuestionRule(.q3, unknown: "No token of one identity came by both ways.") { rehearsed, _ in
            guard let (today, after) = rehearsed.firstPair, let before = today.token, let token = after.token else { return nil }
            let equal = before.claims.keys.sorted().filter { before.claims[$0] == token.claims[$0] }
            return Exercised(
                reason:
                    "Equal by both ways: \(equal.joined(separator: ", ")); both live \(token.lifetime) s. Whether a validator minds the others, only a run of it tells.",
                evidence: [today.evidence, after.evidence])
        },
        QuestionRule(
            .q4,
            unknown: { rehearsed, _ in
                rehearsed.recordedWinner
                    + "Which credential of its chain answers, only a run of the workload tells: rehearse --command, or understudy chain."
            }, exercised: { rehearsed, _ in rehearsed.liveWinner }),
        QuestionRule(
            .q5,
            unknown: { rehearsed, _ in
                rehearsed.untoldClients
                    + "Manifests do not tell its SDK. Recorded requests carry it in User-Agent and x-client-sku: --decisions."
            }, exercised: { rehearsed, _ in rehearsed.liveClients ?? rehearsed.recordedClients }),
        QuestionRule(.q6, unknown: "It asks for no exchange in this target.") { rehearsed, cluster in
            let matched = rehearsed.target.exchange.filter(\.hasToken)
            guard !matched.isEmpty else { return nil }
            return Exercised(
                reason:
                    "Entra matched one credential for each identity, with issuer \(cluster.target.issuer) and subject \(rehearsed.subject).",
                evidence: matched.map(\.evidence))
        },
        QuestionRule(
            .q7,
            unknown: { rehearsed, cluster in
                guard let crowded = rehearsed.crowdedIdentity(in: cluster) else {
                    return "It needs no federated credential in this target."
                }
                return
                    "Its own credential is there, but not all fit on \(crowded.name): who goes without is a decision (credential-limit); rehearse again with it."
            }
        ) { rehearsed, cluster in
            let matched = rehearsed.target.exchange.filter(\.hasToken)
            guard !matched.isEmpty, rehearsed.crowdedIdentity(in: cluster) == nil else { return nil }
            let counts = rehearsed.planned.identities.map { cluster.target.budget(of: $0) }
            return Exercised(
                reason: "Federated credentials: \(counts.joined(separator: "; ")).", evidence: matched.map(\.evidence))
        },
        QuestionRule(.q8, unknown: "It asks for no exchange in this target.") { rehearsed, cluster in
            guard rehearsed.target.exchange.contains(where: \.hasToken), let tried = cluster.experiments, !tried.rotation.isEmpty,
                tried.rotation.allSatisfy(\.hasToken)
            else { return nil }
            return Exercised(
                reason:
                    "Tried with \(tried.workload): after a rotation of the cluster's keys, tokens of the old key and of the new one are accepted. A changed issuer is refused at once until new credentials are there.",
                evidence: tried.rotation.map(\.evidence) + (tried.otherIssuer.map { [$0.evidence] } ?? []))
        },
        QuestionRule(
            .q9,
            unknown: { rehearsed, cluster in
                let tried = cluster.experiments?.propagation ?? []
                let seen = tried.first?.entraError.map { "At first Entra refuses with AADSTS\($0), later it accepts. " } ?? ""
                return seen + rehearsed.propagationInShort
                    + "How the application takes that, only a run of it against a credential under way tells: serve --timing real."
            }),
        QuestionRule(
            .q10,
            unknown: { rehearsed, _ in
                rehearsed.tokenFileInShort
                    + "Whether the application reads its token file anew after a rotation, only a run tells that lasts: --command, asking again after the SDK's ten minutes."
            }, exercised: { rehearsed, _ in rehearsed.liveTokenFile }),
        QuestionRule(.q11, unknown: "The target does not label its pods for the webhook.") { rehearsed, _ in
            guard let pod = rehearsed.target.injection.pod else { return nil }
            let variables = InjectedPod(pod).environment?.keys.filter { $0.hasPrefix("AZURE_") }.sorted() ?? []
            guard !variables.isEmpty else { return nil }
            return Exercised(
                reason:
                    "The webhook admits its pods and injects \(variables.joined(separator: ", ")); --out writes the pod as admitted.",
                evidence: [.manifest(rehearsed.workload.reference), .fact("injected: \(variables.joined(separator: ", "))")])
        },
        QuestionRule(
            .q12,
            unknown:
                "No Namespace with the label \(PodSecurity.enforceLabel) is in the manifests for it; export namespaces too. Policies of other kinds are not read."
        ) { rehearsed, cluster in
            guard let namespace = cluster.cluster.namespace(of: rehearsed.workload), let level = namespace.enforced,
                rehearsed.target.sidecarInjection.isInjected
            else { return nil }
            return Exercised(
                reason:
                    "Namespace \(namespace.name) enforces the pod security level \(level.rawValue), which the sidecar adds nothing against. Policies of other kinds are not read.",
                evidence: [.manifest(namespace.reference), .manifest(rehearsed.workload.reference)])
        },
        QuestionRule(.q13, unknown: "The node was not asked for it.") { rehearsed, _ in
            guard let today = rehearsed.today.unnamed.first, let gap = rehearsed.gap(.none) else { return nil }
            return Exercised(reason: "It reaches what it reaches today: \(gap.summary).", evidence: [today.evidence, gap.evidence])
        },
        QuestionRule(.q14, unknown: "It was not asked.") { rehearsed, _ in
            Exercised(
                reason: "None of it made a difference to any of \(rehearsed.today.all.count) requests.",
                evidence: rehearsed.today.all.map(\.evidence))
        },
        QuestionRule(
            .q15,
            unknown: { _, cluster in
                let tried = (cluster.experiments?.instance ?? []).map { "\($0.path.rawValue) \($0.status)" }
                let seen = tried.isEmpty ? "" : "GET /metadata/instance: \(tried.joined(separator: ", ")). "
                return seen + "Manifests do not tell whether it asks for it: --decisions."
            }, exercised: { rehearsed, _ in rehearsed.recordedPaths }),
        QuestionRule(
            .q16,
            unknown: { rehearsed, cluster in
                let stall = rehearsed.today.all.map(\.waitMilliseconds).max() ?? 0
                let throttled = cluster.experiments?.throttled.last
                let seen =
                    throttled.map { " Throttled for good, the sidecar answers \($0.status) after \($0.waitMilliseconds / 1000) s." } ?? ""
                return rehearsed.retriesInShort
                    + "Longest wait today \(stall / 1000) s.\(seen) How the application retries, only a run of it under faults tells."
            }, exercised: { rehearsed, _ in rehearsed.liveRetries ?? rehearsed.recordedRetries }),
        QuestionRule(.q17, unknown: "It does not move in this target.") { rehearsed, _ in
            guard let both = rehearsed.withBothLabels, let today = rehearsed.today.unnamed.first else { return nil }
            return Exercised(
                reason:
                    "With both labels NMI answers as before; rollback is to take the label off and start the pods anew. MIC and its CRDs go last, for AzureAssignedIdentity objects carry finalizers.",
                evidence: [today.evidence, both.evidence])
        },
        QuestionRule(
            .q18,
            unknown: { rehearsed, cluster in
                let changes = rehearsed.changes(in: cluster)
                return
                    (changes.isEmpty ? "Nothing in its manifests has to change." : "In its manifests: \(changes.joined(separator: "; ")).")
                    + " What its code and charts need, manifests do not tell: Q4, Q5."
            }, exercised: { rehearsed, cluster in rehearsed.liveChanges(in: cluster) ?? rehearsed.recordedChanges(in: cluster) }),
        QuestionRule(.q19, unknown: "It was not asked.") { rehearsed, _ in
            Exercised(
                reason:
                    "No request led to an identity of the node that only nodes can have. Whether the cluster is ever cut off from Entra, manifests do not tell: see disconnected.",
                evidence: rehearsed.today.all.map(\.evidence))
        },
        QuestionRule(.q20, unknown: "No identity is tied to it, so there was nothing to exercise.") { rehearsed, cluster in
            let reached = rehearsed.today.reached(in: cluster.catalogue)
            guard !reached.isEmpty else { return nil }
            return Exercised(
                reason: "Exercised today: \(reached.map(\.name).joined(separator: ", ")).",
                evidence: rehearsed.today.all.filter(\.hasToken).map(\.evidence))
        },
    ]
}

extension RehearsedWorkload {
    /// An identity of its own that would need more federated credentials than Azure takes; nil when all fit.
    fileprivate func crowdedIdentity(in cluster: RehearsedCluster) -> KnownIdentity? {
        planned.identities.first { cluster.target.credentials.of($0.principal).count > FederatedCredential.limit }
    }

    /// What of its manifests the target changes, a line each.
    func changes(in cluster: RehearsedCluster) -> [String] {
        guard planned.course == .migrates else { return [] }
        var changes: [String] = []
        if workload.labels[TargetDerivation.useLabel] != "true" { changes.append("pod label \(TargetDerivation.useLabel)=true") }
        if planned.serviceAccount != workload.serviceAccount { changes.append("service account \(planned.serviceAccount.name)") }
        if cluster.target.changedAccounts.contains(planned.serviceAccount), let identity = planned.identities.first {
            changes.append("annotation \(TargetDerivation.clientIDAnnotation)=\(identity.clientID) on it")
        }
        let made = cluster.target.credentials.trusting(subject).filter { $0.reference == nil }
        if !made.isEmpty {
            changes.append("federated credential\(made.count == 1 ? "" : "s") on \(made.map(\.identity.name).joined(separator: ", "))")
        }
        return changes
    }
}
