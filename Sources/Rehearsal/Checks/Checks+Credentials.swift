import IdentityModel

extension Checks {
    /// Federated credentials: matches, room, issuer (Q6 to Q9).
    static let credentials: [Check] = [
        Check(
            "credential-missing", .blocker, .q6, "Entra refuses the exchange for {identity}: AADSTS{code}. {why}",
            fix: "Make a federated credential on {identity}: issuer {issuer}, subject {subject}, audience api://AzureADTokenExchange.",
            each: { rehearsed, cluster in
                guard !rehearsed.isBeyondLimit(cluster) else { return [] }
                var seen: Set<String> = []
                return rehearsed.target.exchange.compactMap { after in
                    guard let code = after.entraError, let clientID = after.clientIDAsked, seen.insert(clientID).inserted,
                        rehearsed.successor(of: clientID, in: cluster) == nil
                    else { return nil }
                    return Check.Found(
                        [
                            "identity": cluster.label(clientID), "code": "\(code)", "why": after.reason, "issuer": cluster.target.issuer,
                            "subject": rehearsed.subject,
                        ], [.manifest(rehearsed.workload.reference), after.evidence])
                }
            }),
        Check(
            "credential-near-miss", .warning, .q6,
            "The federated credential {credential} looks meant for it and does not match: its {part} is {found}, not {wanted}.",
            fix: "Mend or remove {credential}: issuer, subject and audience are compared whole, with case and slashes.",
            each: { rehearsed, cluster in
                guard rehearsed.planned.course == .migrates else { return [] }
                return cluster.target.credentials.resembling(rehearsed.subject).compactMap { credential in
                    guard let reference = credential.reference, let miss = rehearsed.nearMiss(credential, issuer: cluster.target.issuer)
                    else { return nil }
                    return Check.Found(
                        ["credential": credential.name, "part": miss.part, "found": miss.found, "wanted": miss.wanted],
                        [.manifest(reference), .manifest(rehearsed.workload.reference)])
                }
            }),
        Check(
            "credential-limit", .blocker, .q7,
            "{identity} would need {count} federated credentials{others}, and Azure takes 20: there is none for {subject}.",
            fix:
                "Let workloads of one namespace share a service account, give some an identity of their own, or use AKS identity bindings where the SDK can.",
            each: { rehearsed, cluster in
                guard rehearsed.planned.course == .migrates else { return [] }
                return rehearsed.refusedCredentials(in: cluster).map { refused in
                    let all = cluster.target.credentials.of(refused.identity)
                    let others = all.count { cluster.target.isOfOtherCluster($0) }
                    let asked = rehearsed.target.exchange.first { $0.entraError != nil }
                    return Check.Found(
                        [
                            "identity": refused.identity.name, "count": "\(all.count)", "subject": refused.subject,
                            "others": others > 0 ? ", \(others) of them other clusters'" : "",
                        ], [.manifest(rehearsed.workload.reference)] + (asked.map { [$0.evidence] } ?? []))
                }
            }),
        Check(
            "credential-budget", .note, .q7,
            "{identity} needs {count} of its 20 federated credentials: a second cluster beside this one does not fit.",
            fix: "Plan blue-green and further clusters with identities of their own, or with AKS identity bindings.",
            all: { cluster in
                cluster.target.credentials.identities.sorted { $0.name < $1.name }.compactMap { identity in
                    let credentials = cluster.target.credentials.of(identity)
                    guard (11...FederatedCredential.limit).contains(credentials.count) else { return nil }
                    return Check.Found(
                        ["identity": identity.name, "count": "\(credentials.count)"],
                        credentials.prefix(3).map { .fact("\($0.name): \($0.subject)") })
                }
            }),
        Check(
            "credential-other-clusters", .note, .q7,
            "{others} of the {count} federated credentials of {identity} are for issuers of other clusters ({clusters}), and count.",
            fix:
                "Count all clusters together: {count} of 20. Give each credential a name of its own, for one of the same name is overwritten by the cluster that comes last.",
            all: { cluster in
                cluster.target.credentials.identities.sorted { $0.name < $1.name }.compactMap { identity in
                    let credentials = cluster.target.credentials.of(identity)
                    let others = credentials.filter { cluster.target.isOfOtherCluster($0) }
                    guard !others.isEmpty, others.count < credentials.count else { return nil }
                    return Check.Found(
                        [
                            "identity": identity.name, "clusters": "\(Set(others.map(\.issuer)).count)", "others": "\(others.count)",
                            "count": "\(credentials.count)",
                        ], others.compactMap(\.reference).map { .manifest($0) })
                }
            }),
        Check(
            "issuer-unknown", .warning, .q6, "Nobody has named the cluster's issuer: {issuer} stands in for it.",
            fix: "Give --issuer what `az aks show --query oidcIssuerProfile.issuerUrl -o tsv` prints, with its slash at the end.",
            all: { cluster in
                guard !cluster.target.isIssuerKnown, cluster.workloads.contains(where: { $0.planned.course == .migrates }) else {
                    return []
                }
                return [
                    Check.Found(["issuer": cluster.target.issuer], [.fact("no Cluster with an issuer in the manifests, and no --issuer")])
                ]
            }),
    ]
}

extension Observation {
    /// The client id that an exchange was about.
    fileprivate var clientIDAsked: String? {
        request.firstRange(of: "client_id=").map { String(request[$0.upperBound...]) }
    }
}

extension RehearsedWorkload {
    /// The subject of its tokens.
    var subject: String { "system:serviceaccount:\(planned.serviceAccount.namespace):\(planned.serviceAccount.name)" }

    /// Whether a credential that it needs has no room on its identity.
    func isBeyondLimit(_ cluster: RehearsedCluster) -> Bool { !refusedCredentials(in: cluster).isEmpty }

    /// Credentials that it needs and that have no room; not those of an identity that a person has replaced.
    func refusedCredentials(in cluster: RehearsedCluster) -> [FederatedCredential] {
        cluster.target.credentials.refused(trusting: subject).filter { refused in
            let identity = cluster.catalogue.identity(named: refused.identity.name)
            return identity.flatMap { successor(of: $0.clientID, in: cluster) } == nil
        }
    }

    /// In what one part a credential differs from the one that would match.
    func nearMiss(_ credential: FederatedCredential, issuer: String) -> (part: String, found: String, wanted: String)? {
        let audience = "api://AzureADTokenExchange"
        guard planned.identities.contains(where: { $0.name == credential.identity.name }) else { return nil }
        let differences = [
            ("issuer", credential.issuer, issuer), ("subject", credential.subject, subject), ("audience", credential.audience, audience),
        ].filter { $0.1 != $0.2 }
        guard differences.count == 1, let (part, found, wanted) = differences.first else { return nil }
        return part == "audience" || CredentialSet.folded(found) == CredentialSet.folded(wanted) ? (part, found, wanted) : nil
    }
}
