extension RehearsedWorkload {
    /// Which credential answered, before and after (Q4).
    var liveWinner: QuestionRule.Exercised? {
        guard let live, let before = live.today.winners.first, let after = live.target.winners.first else { return nil }
        return QuestionRule.Exercised(
            reason:
                "\(before.sentence) answered today, \(after.rawValue) in the target. The command \(live.today.summary), then \(live.target.summary).",
            evidence: live.evidence)
    }

    /// Whether its SDK can do it: it did (Q5).
    var liveClients: QuestionRule.Exercised? {
        guard let live, live.target.winners == [.workloadIdentity] else { return nil }
        let clients = Set(live.target.served.compactMap { $0.request.client?.description }).sorted()
        return QuestionRule.Exercised(
            reason: "The command's SDK exchanged the projected token\(clients.isEmpty ? "" : ": \(clients.joined(separator: ", "))").",
            evidence: live.target.evidence)
    }

    /// Whether its tokens are asked for in shapes that the move does not change (Q2).
    var liveShapes: QuestionRule.Exercised? {
        guard let live, live.isTelling, live.target.winners == [.workloadIdentity], live.target.end == .exited(0) else { return nil }
        let shapes = Set(live.today.served.map { $0.request.shape?.name ?? "none" }).sorted()
        return QuestionRule.Exercised(
            reason: "The command asked by \(shapes.joined(separator: ", ")) today, and exchanges in the target: no sidecar is asked.",
            evidence: live.evidence)
    }

    /// Whether it reads its token file anew (Q10).
    var liveTokenFile: QuestionRule.Exercised? {
        guard let live, live.target.readsTokenAnew == true else { return nil }
        return QuestionRule.Exercised(
            reason: "The projected token was replaced while the command ran, and a later exchange brought the new one.",
            evidence: live.target.evidence)
    }

    /// What of its token file was seen, for an answer that is not known; empty where nothing was.
    var tokenFileInShort: String {
        guard let live, live.target.winners.contains(.workloadIdentity) else { return "" }
        return "The command found its token file and exchanged the token. "
    }

    /// What of credentials under way was seen (Q9); empty where nothing was.
    var propagationInShort: String {
        guard let live, live.target.failures > 0 else { return "" }
        return
            "Of the command's exchanges \(live.target.failures) failed, and it \(live.target.end == .exited(0) ? "went on all the same" : "ended with them"). "
    }

    /// How it stalled and failed (Q16).
    var liveRetries: QuestionRule.Exercised? {
        guard let live, live.isTelling, live.target.end == .exited(0), live.today.failures + live.target.failures > 0 else { return nil }
        return QuestionRule.Exercised(
            reason:
                "The command got over \(live.today.failures) failed requests today and \(live.target.failures) in the target; it took \(live.today.milliseconds) ms and \(live.target.milliseconds) ms.",
            evidence: live.evidence)
    }

    /// What has to change, where the command ran in both worlds as it is (Q18).
    func liveChanges(in cluster: RehearsedCluster) -> QuestionRule.Exercised? {
        guard let live, live.isTelling, live.target.end == .exited(0), live.target.winners == [.workloadIdentity] else { return nil }
        let changes = changes(in: cluster)
        return QuestionRule.Exercised(
            reason:
                "In its manifests: \(changes.isEmpty ? "nothing" : changes.joined(separator: "; ")). The command itself ran in both worlds as it is.",
            evidence: live.evidence)
    }
}
