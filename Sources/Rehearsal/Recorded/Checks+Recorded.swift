import IdentityModel

extension Checks {
    /// What changes for requests that were really made (Q1, Q2, Q5, Q14 to Q16, Q18, Q20).
    static let recorded: [Check] = [
        Check(
            "recorded-identity-changes", .blocker, .q1, "{requests}: {today} answers them today, {after} in the target, by the {way}.",
            fix: "Name the client id in the request, or annotate the service account with the one that it gets today.",
            each: { rehearsed, cluster in
                rehearsed.tokenReplays.compactMap { replay in
                    guard !replay.today.quirks.contains("randomChoice"), let before = replay.today.token, let after = replay.after,
                        let token = after.token, token.clientID != before.clientID,
                        !cluster.replacements.allows(token.clientID, for: before.clientID)
                    else { return nil }
                    return Check.Found(
                        [
                            "requests": replay.label, "today": cluster.label(before.clientID), "after": cluster.label(token.clientID),
                            "way": after.path.rawValue,
                        ], replay.evidence)
                }
            }),
        Check(
            "recorded-request-fails", .blocker, .q1, "{requests}: {today} answers them today, nothing in the target: {why}",
            fix: "Mend what the {way} says, or this workload stops at the cut-over.",
            each: { rehearsed, cluster in
                rehearsed.tokenReplays.compactMap { replay in
                    guard let before = replay.today.token, let after = replay.after, !after.hasToken else { return nil }
                    return Check.Found(
                        [
                            "requests": replay.label, "today": cluster.label(before.clientID), "why": "\(after.status) \(after.complaint)",
                            "way": after.path.rawValue,
                        ], replay.evidence)
                }
            }),
        Check(
            "recorded-sidecar-differs", .warning, .q2, "{requests}: NMI gives {today}, the sidecar {sidecar}.",
            fix: "Name a client id in them before a sidecar stands in, or do without the sidecar.",
            each: { rehearsed, cluster in
                rehearsed.tokenReplays.compactMap { replay in
                    guard !replay.today.quirks.contains("randomChoice"), let before = replay.today.token, let sidecar = replay.sidecar,
                        sidecar.token?.clientID != before.clientID, sidecar.entraError == nil
                    else { return nil }
                    return Check.Found(
                        [
                            "requests": replay.label, "today": cluster.label(before.clientID),
                            "sidecar": sidecar.token.map { cluster.label($0.clientID) } ?? "an error \(sidecar.status)",
                        ], [replay.group.evidence, replay.today.evidence, sidecar.evidence])
                }
            }),
        Check(
            "recorded-without-selectors", .note, .q2,
            "NMI's log tells of {count} requests and not how they named an identity, for what resource, or by which SDK; {matches}.",
            fix: "Put Understudy in NMI's place for a test run and give its journal: understudy decisions --format json.",
            each: { rehearsed, _ in
                guard let use = rehearsed.recorded?.use, use.accessCount > 0 || use.matches != (0, 0) else { return [] }
                let statuses = use.accesses.sorted { $0.key < $1.key }.map { "\($0.value) answered \($0.key)" }
                return [
                    Check.Found(
                        [
                            "count": "\(use.accessCount)",
                            "matches":
                                "its other lines tell of \(use.matches.unnamed) without an id and \(use.matches.byClientID) by a client id",
                        ], [.fact("\(use.firstAccess ?? "NMI's log"): \(statuses.joined(separator: ", "))")])
                ]
            }),
        Check(
            "recorded-sdk-too-old", .blocker, .q5,
            "{client} made {count}: its default chain has a workload identity credential from {minimum} on.",
            fix: "Update it to {minimum} or later, or annotate the pod with azure.workload.identity/inject-proxy-sidecar: \"true\".",
            each: { rehearsed, _ in
                rehearsed.clientGroups { if case .tooOld(let minimum) = $0 { minimum } else { nil } }.map { client, minimum, groups in
                    Check.Found(
                        [
                            "client": "\(client)", "count": Checks.counted(groups), "minimum": minimum,
                        ], groups.map(\.evidence))
                }
            }),
        Check(
            "recorded-metadata-only", .warning, .q18,
            "{client} made {count}, and is no Azure SDK: it speaks only to the metadata service, and without a sidecar that is the node's.",
            fix:
                "Annotate the pod with azure.workload.identity/inject-proxy-sidecar: \"true\", or let it get tokens by an SDK's credential.",
            each: { rehearsed, _ in
                rehearsed.clientGroups { $0 == .metadataOnly ? "" : nil }.map { client, _, groups in
                    Check.Found(
                        ["client": "\(client)", "count": Checks.counted(groups)], groups.map(\.evidence))
                }
            }),
        Check(
            "recorded-host-token", .warning, .q14,
            "{count} on the node in its pods' name (/host/token); nothing takes that route's place.",
            fix: "Find what asks there, and give it a service account with a federated credential of its own.",
            each: { rehearsed, _ in
                (rehearsed.recorded?.replays ?? []).filter { $0.group.first.route == .hostToken }.map {
                    Check.Found(["count": $0.group.counted], $0.evidence)
                }
            }),
        Check(
            "recorded-path-differs", .warning, .q15,
            "{count} for {path}: NMI answers {today}, the sidecar {sidecar}, the node without one {node}.",
            fix: "See whether the application minds; the sidecar passes on what NMI may have blocked.",
            each: { rehearsed, _ in
                rehearsed.otherReplays.compactMap { path, replay in
                    guard let after = replay.after, after.status != replay.today.status else { return nil }
                    return Check.Found(
                        [
                            "count": replay.group.counted, "path": path, "today": "\(replay.today.status)",
                            "sidecar": replay.sidecar.map { "\($0.status)" } ?? "nothing, for there is none",
                            "node": replay.node.map { "\($0.status)" } ?? "nothing",
                        ], replay.evidence + (replay.node.map { [$0.evidence] } ?? []))
                }
            }),
        Check(
            "recorded-retries-differ", .warning, .q16,
            "{count} failed with {before} and came again {retries} times; in the target the same fails with {after}, by the {way}.",
            fix: "See that its retries hang on no status: SDKs retry one list for the metadata service and another for Entra.",
            each: { rehearsed, _ in
                rehearsed.failingReplays.compactMap { sequences, replay in
                    guard let after = replay.after, !after.hasToken, !replay.today.hasToken, after.status != replay.today.status else {
                        return nil
                    }
                    return Check.Found(
                        [
                            "count": "\(sequences.count) recorded asking\(sequences.count == 1 ? "" : "s")",
                            "before": "\(replay.today.status)", "after": "\(after.status)",
                            "retries": "\(sequences.reduce(0) { $0 + $1.statuses.count - 1 })", "way": after.path.rawValue,
                        ], replay.evidence)
                }
            }),
        Check(
            "recorded-differs-today", .warning, .q20,
            "{requests}: the recording says {recorded}, and by these manifests NMI gives {today}. The two are not of one time.",
            fix: "Export the manifests anew, or record anew; until then what the recording shows is of another cluster.",
            each: { rehearsed, cluster in
                rehearsed.tokenReplays.compactMap { replay in
                    guard let recorded = replay.group.first.identity, !replay.today.quirks.contains("randomChoice"),
                        recorded != replay.today.token?.clientID
                    else { return nil }
                    return Check.Found(
                        [
                            "requests": replay.label, "recorded": cluster.label(recorded),
                            "today": replay.today.token.map { cluster.label($0.clientID) } ?? "an error \(replay.today.status)",
                        ], [replay.group.evidence, replay.today.evidence])
                }
            }),
        Check(
            "recorded-caller-unknown", .warning, .q20,
            "{count} by {caller}, and no workload of the manifests has such a pod: not rehearsed.",
            fix: "Export the workload too, and its pods while they run, so that addresses can be told.",
            all: { cluster in
                (cluster.recorded?.strangers ?? []).map { caller, group in
                    Check.Found(["count": group.counted, "caller": "\(caller)"], [group.evidence])
                }
            }),
    ]

    fileprivate static func counted(_ groups: [WorkloadUse.Group]) -> String {
        let count = groups.reduce(0) { $0 + $1.count }
        return "\(count) recorded request\(count == 1 ? "" : "s")"
    }
}

extension RehearsedWorkload {
    /// Recorded requests for tokens, made again.
    var tokenReplays: [RecordedReplay] { (recorded?.replays ?? []).filter { $0.group.first.route == .token } }

    /// Recorded requests for other paths of the metadata service, made again.
    var otherReplays: [(path: String, replay: RecordedReplay)] {
        (recorded?.replays ?? []).compactMap { replay in
            if case .other(let path) = replay.group.first.route { (path, replay) } else { nil }
        }
    }

    /// Askings that failed at first, beside the same request made again.
    var failingReplays: [(sequences: [RecordedRetries.Sequence], replay: RecordedReplay)] {
        let failing = recorded?.use.retries.failing ?? []
        return tokenReplays.compactMap { replay in
            let first = replay.group.first
            let own = failing.filter {
                $0.first.shape == first.shape && $0.first.resource == first.resource && $0.first.client == first.client
            }
            return own.isEmpty ? nil : (own, replay)
        }
    }

    /// The recorded clients of an ability, with what they asked.
    fileprivate func clientGroups(
        _ pick: (RecordedClient.Ability) -> String?
    ) -> [(client: RecordedClient, note: String, groups: [WorkloadUse.Group])] {
        (recorded?.use.clients ?? []).compactMap { client in
            guard let note = pick(client.ability) else { return nil }
            let groups = (recorded?.use.groups ?? []).filter { $0.first.client == client && $0.first.route == .token }
            return groups.isEmpty ? nil : (client, note, groups)
        }
    }
}
