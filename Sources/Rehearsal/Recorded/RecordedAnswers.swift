import IdentityModel

/// What was recorded of a workload, and what came of it when it was made again.
struct RecordedWorkload: Sendable {
    let use: WorkloadUse
    let replays: [RecordedReplay]
}

extension RehearsedWorkload {
    /// What recordings tell of the shapes it asks in (Q2).
    var recordedShapes: QuestionRule.Exercised? {
        let asked = tokenReplays.filter { $0.sidecar != nil }
        guard !asked.isEmpty, asked.count == tokenReplays.count else { return nil }
        let shapes = Set(asked.map { $0.group.first.shape?.name ?? "none" }).sorted()
        return QuestionRule.Exercised(
            reason:
                "\(asked.reduce(0) { $0 + $1.group.count }) recorded requests, by \(shapes.joined(separator: ", ")): the sidecar answers each as NMI does.",
            evidence: asked.flatMap { [$0.group.evidence, $0.today.evidence] + ($0.sidecar.map { [$0.evidence] } ?? []) })
    }

    /// What they tell of its SDKs (Q5).
    var recordedClients: QuestionRule.Exercised? {
        guard let recorded, !tokenReplays.isEmpty,
            recorded.use.groups.allSatisfy({ $0.first.client?.ability == .exchanges })
        else { return nil }
        let clients = recorded.use.clients.map(\.description).joined(separator: ", ")
        return QuestionRule.Exercised(
            reason: "Recorded requests are by \(clients), whose default chain has a workload identity credential.",
            evidence: recorded.use.evidence)
    }

    /// What they tell of clients whose ability is not known; empty where there are none.
    var untoldClients: String {
        let clients = (recorded?.use.clients ?? []).filter { $0.ability == .untold }.map(\.description)
        let silent = recorded?.use.groups.contains { $0.first.client == nil } ?? false
        let named = clients.isEmpty ? "" : "\(clients.joined(separator: ", ")) does not tell the version of its Azure SDK. "
        return named + (silent ? "Some recorded requests name no client. " : "")
    }

    /// Which credential answered in the recording, as far as it tells (Q4); empty where it does not.
    var recordedWinner: String {
        let served = tokenReplays.filter { $0.group.served > 0 }.reduce(0) { $0 + $1.group.served }
        return served > 0 ? "Today a managed identity credential answered: \(served) recorded requests were served by NMI. " : ""
    }

    /// What has to change, where recordings show that code need not (Q18).
    func recordedChanges(in cluster: RehearsedCluster) -> QuestionRule.Exercised? {
        guard let clients = recordedClients, planned.course == .migrates,
            tokenReplays.allSatisfy({ $0.after?.hasToken == $0.today.hasToken })
        else { return nil }
        let changes = changes(in: cluster)
        return QuestionRule.Exercised(
            reason:
                "In its manifests: \(changes.isEmpty ? "nothing" : changes.joined(separator: "; ")). In its code nothing, by what was recorded. "
                + clients.reason,
            evidence: tokenReplays.flatMap(\.evidence))
    }

    /// What they tell of other paths (Q15).
    var recordedPaths: QuestionRule.Exercised? {
        guard let use = recorded?.use, use.count > 0 else { return nil }
        guard !otherReplays.isEmpty else {
            return QuestionRule.Exercised(
                reason: "None of its \(use.count) recorded requests is for another path than tokens.", evidence: use.evidence)
        }
        guard otherReplays.allSatisfy({ $0.replay.after != nil }) else { return nil }
        return QuestionRule.Exercised(
            reason: "It asks for \(otherReplays.map(\.path).joined(separator: ", ")), and gets the same answer's status after the move.",
            evidence: otherReplays.flatMap { $0.replay.evidence })
    }

    /// What they tell of retries (Q16).
    var recordedRetries: QuestionRule.Exercised? {
        let failing = recorded?.use.retries.failing ?? []
        guard !failing.isEmpty, failing.allSatisfy(\.isServed) else { return nil }
        return QuestionRule.Exercised(
            reason:
                "\(failing.count) recorded askings failed at first, were repeated \(failing.reduce(0) { $0 + $1.statuses.count - 1 }) times in all, and got their token in the end.",
            evidence: failing.prefix(5).map {
                .request(
                    id: $0.first.place, request: $0.first.request,
                    outcome: "answered \($0.statuses.map(String.init).joined(separator: ", then "))")
            })
    }

    /// What of retries was recorded, for an answer that is not known; empty where there is nothing.
    var retriesInShort: String {
        guard let use = recorded?.use, use.count > 0 else { return "" }
        let failing = use.retries.failing
        let wait = use.retries.longestWait > 0 ? ", longest wait \(use.retries.longestWait / 1000) s" : ""
        return failing.isEmpty
            ? "None of its \(use.count) recorded requests failed\(wait). "
            : "\(failing.count) of its recorded askings failed, \(failing.count { !$0.isServed }) for good\(wait). "
    }
}
