import Decisions
import HTTPServing
import IdentityModel
import Surroundings
import Testing
import WireFormats

private let reader = Principal(
    category: .userAssigned, name: "reader", clientID: "1a2b", objectID: "3c4d",
    resourceID: "/subscriptions/s/userAssignedIdentities/Reader")

/// A token for the pod `default/web` and `https://vault.azure.net`, unless told otherwise.
private func issued(
    pod: String = "web", resource: String = "https://vault.azure.net", principal: Principal = reader, outcome: Decision.Outcome = .issued
) -> Decision {
    var decision = decision(outcome, pod: pod)
    decision.resource = resource
    decision.principal = outcome == .issued ? principal : nil
    decision.selector = Decision.Selector(name: "client_id", value: "1A2B")
    decision.matched = [ObjectKey(kind: .azureIdentity, namespace: "default", name: "reader-identity")]
    return decision
}

private let web = DecisionCriterion.pod(NamespacedName(namespace: "default", name: "web"))

private func verdict(_ journal: DecisionJournal, _ criteria: [DecisionCriterion], _ count: DecisionCount, since: UInt64 = 0)
    -> DecisionVerdict
{
    DecisionVerdict(criteria, count, in: journal.stretch(since: since))
}

@Suite struct VerdictTests {
    @Test(
        "a decision counts when it meets the criterion, and not when it does not",
        arguments: [
            (web, true), (.pod(NamespacedName(namespace: "other", name: "web")), false), (.address("10.244.8.11"), true),
            (.address("10.244.8.12"), false), (.source("metadata"), true), (.source("authority"), false),
            (.audience("https://vault.azure.net"), true), (.audience("https://vault.azure.net/"), true),
            (.audience("HTTPS://VAULT.azure.net/.default"), true), (.audience("vault"), false), (.identity("reader"), true),
            (.identity("1A2B"), true), (.identity("3c4d"), true), (.identity("/subscriptions/S/userAssignedIdentities/reader"), true),
            (.identity("default/reader-identity"), true), (.identity("writer"), false), (.identity(""), false),
            (.outcome(.issued), true), (.outcome(.refused), false), (.status(200), true), (.status(404), false),
            (.correlation("r-1"), true),
            (.correlation("r-"), false), (.client("AZSDK"), true), (.client("msal.go"), true), (.client("1.2"), false),
        ] as [(DecisionCriterion, Bool)])
    func criteria(criterion: DecisionCriterion, holds: Bool) {
        let journal = journal(4)
        journal.record(issued(), request: request, status: 200)
        #expect(verdict(journal, [criterion], .exactly(1)).result == (holds ? .passed : .failed))
    }

    @Test("what was refused is about the identity it named")
    func refusedIdentity() {
        let journal = journal(4)
        journal.record(issued(outcome: .refused), request: request, status: 404)
        #expect(verdict(journal, [.identity("1a2b"), .outcome(.refused)], .exactly(1)).result == .passed)
    }

    @Test(
        "counts are held to, and whether more could change it is known",
        arguments: [
            (DecisionCount.exactly(2), 1, false, false), (.exactly(2), 2, true, false), (.exactly(2), 3, false, true),
            (.exactly(0), 0, true, false), (.exactly(0), 1, false, true), (.atLeast(2), 1, false, false), (.atLeast(2), 2, true, true),
            (.atMost(1), 0, true, false), (.atMost(1), 1, true, false), (.atMost(1), 2, false, true), (.atMost(0), 0, true, false),
        ])
    func counts(count: DecisionCount, found: Int, passes: Bool, isSettled: Bool) {
        let journal = journal(8)
        for _ in 0..<found { journal.record(issued(), request: request, status: 200) }
        let verdict = verdict(journal, [web], count)
        #expect(verdict.result == (passes ? .passed : .failed))
        #expect(verdict.isSettled == isSettled)
    }

    @Test("only what happened after the mark counts")
    func since() throws {
        let journal = journal(8)
        let marks = DecisionMarks(in: journal, clock: .frozen(at: start))
        journal.record(issued(), request: request, status: 200)
        let mark = try marks.set("before")
        #expect(verdict(journal, [web], .exactly(0), since: try #require(marks.id("before"))).result == .passed)
        journal.record(issued(), request: request, status: 200)
        #expect(verdict(journal, [web], .exactly(1), since: mark.id).result == .passed)
        #expect(try marks.set(nil).name == "2" && marks.id("2") == 2 && marks.id("nowhere") == nil)
    }

    @Test(
        "where a forgotten decision might have counted there is no verdict, and it says so",
        arguments: [
            (DecisionCount.exactly(3), DecisionVerdict.Result.undecided), (.exactly(2), .failed), (.exactly(4), .undecided),
            (.atMost(3), .undecided), (.atMost(2), .failed), (.atLeast(3), .passed), (.atLeast(4), .undecided), (.exactly(0), .failed),
        ])
    func gaps(count: DecisionCount, result: DecisionVerdict.Result) {
        let journal = journal(3)
        for _ in 0..<5 { journal.record(issued(), request: request, status: 200) }
        let verdict = verdict(journal, [web], count, since: 1)
        #expect(verdict.result == result)
        #expect(verdict.sentence.contains("up to 2 are forgotten") == (result == .undecided))
        #expect(
            DecisionVerdict([web], count, in: journal.stretch(since: 2)).result
                == (count == .exactly(3) || count == .atMost(3) || count == .atLeast(3) ? .passed : .failed))
    }

    @Test("what is forgotten on purpose is a gap for who marked before, and none for who marks after")
    func reset() {
        let journal = journal(8)
        journal.record(issued(), request: request, status: 200)
        journal.forgetAll()
        #expect(verdict(journal, [web], .exactly(0)).result == .undecided)
        #expect(verdict(journal, [web], .exactly(0), since: journal.lastID).result == .passed)
        #expect(journal.record(issued(), request: request, status: 200) == 2)
    }

    @Test("without a mark it is about what happened since the reset, of which nothing is forgotten until the ring is full")
    func sinceReset() {
        let journal = journal(3)
        func told(_ count: DecisionCount) -> DecisionVerdict { DecisionVerdict([web], count, in: journal.stretch(since: nil)) }
        #expect(told(.exactly(0)).sentence.hasSuffix("since the start"))
        for _ in 0..<2 { journal.record(issued(), request: request, status: 200) }
        journal.forget { $0.id == 1 }
        #expect(told(.exactly(1)).sentence.hasSuffix("since the start"))
        journal.forgetAll()
        #expect(told(.exactly(0)).result == .passed && told(.exactly(0)).stretch.since == 2)
        for _ in 0..<3 { journal.record(issued(), request: request, status: 200) }
        #expect(told(.exactly(3)).result == .passed && told(.exactly(3)).sentence.hasSuffix("since the reset"))
        #expect(verdict(journal, [web], .exactly(3), since: 2).sentence.hasSuffix("since decision 2"))
        journal.record(issued(), request: request, status: 200)
        #expect(told(.exactly(3)).result == .undecided)
    }

    @Test("a watch goes on from a verdict, counts what is new once, and says when nothing can change the count any more")
    func watching() {
        let journal = journal(8)
        journal.record(issued(), request: request, status: 200)
        var watch = DecisionWatch(after: verdict(journal, [web], .atLeast(3)))
        var told = [watch.look(at: journal)]
        journal.record(issued(), request: request, status: 200)
        journal.record(issued(pod: "other"), request: request, status: 200)
        told += [watch.look(at: journal), watch.look(at: journal)]
        journal.record(issued(), request: request, status: 200)
        told.append(watch.look(at: journal))
        #expect(told == [false, false, false, true])
    }

    @Test("one caller's decisions can be forgotten while the ring goes round")
    func scopedReset() throws {
        let journal = journal(4)
        for index in 0..<6 { journal.record(issued(pod: index % 2 == 0 ? "web" : "other"), request: request, status: 200) }
        #expect(journal.forget { web.holds(for: $0) } == 2)
        #expect(journal.decisions(DecisionQuery()).map(\.id) == [4, 6])
        for _ in 0..<3 { journal.record(issued(), request: request, status: 200) }
        #expect(journal.decisions(DecisionQuery()).map(\.id) == [6, 7, 8, 9])
    }

    @Test("the nearest misses come first, the newest of equals before the others, each with what it lacks")
    func nearest() throws {
        let journal = journal(8)
        journal.record(issued(pod: "other", resource: "https://storage.azure.com"), request: request, status: 200)
        journal.record(issued(resource: "https://storage.azure.com"), request: request, status: 200)
        journal.record(issued(outcome: .refused), request: request, status: 404)
        let criteria: [DecisionCriterion] = [web, .audience("https://vault.azure.net"), .identity("1a2b"), .outcome(.issued)]
        let verdict = verdict(journal, criteria, .exactly(1))
        #expect(verdict.nearest.map(\.recorded.id) == [3, 2, 1])
        #expect(verdict.nearest[0].failed == [.outcome(.issued)])
        #expect(verdict.nearest[0].failed[0].found(in: verdict.nearest[0].recorded) == "refused")
        let missed = try #require(verdict.document["nearest"]?.elements?[1]["missed"]?.elements)
        #expect(missed == [["criterion": "audience", "wanted": "https://vault.azure.net", "found": "https://storage.azure.com"]])
        #expect(
            verdict.sentence == "expected exactly once, found never: pod default/web, audience https://vault.azure.net, identity 1a2b, "
                + "outcome issued, since the start")
    }

    @Test("too many are shown as what they are, without any miss")
    func excess() {
        let journal = journal(8)
        for _ in 0..<2 { journal.record(issued(), request: request, status: 200) }
        journal.record(issued(pod: "other"), request: request, status: 200)
        let verdict = verdict(journal, [web], .exactly(1))
        #expect(verdict.result == .failed && verdict.matches.map(\.id) == [1, 2] && verdict.nearest.isEmpty)
    }

    @Test("a shown identity is a name and ids, and correlation comes from headers and msal-node's query")
    func rendering() throws {
        let journal = journal(2)
        let asked = HTTPRequest(
            method: "POST", target: "/t/oauth2/v2.0/token?client-request-id=q-1",
            headers: [("Client-Request-Id", "h-1"), ("x-understudy-correlation", "test-7"), ("Authorization", "Bearer hunter2")], body: [],
            peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
        journal.record(issued(), request: asked, status: 200)
        let recorded = try #require(journal.decisions(DecisionQuery()).first)
        #expect(recorded.correlations == ["h-1", "test-7", "q-1"])
        #expect(recorded.document["identity"]?["clientID"] == "1a2b" && recorded.document["identity"]?["name"] == "reader")
        #expect(recorded.document["client"]?["x-understudy-correlation"] == "test-7")
        #expect(!recorded.document.rendered().contains("hunter2"))
    }

    @Test("marks are bounded, and one that is there can be moved all the same")
    func bounds() throws {
        let marks = DecisionMarks(in: journal(2), clock: .frozen(at: start))
        for index in 0..<DecisionMarks.capacity { _ = try marks.set("m\(index)") }
        #expect(throws: DecisionMarks.Full.self) { try marks.set("one-more") }
        #expect(throws: Never.self) { try marks.set("m1") }
        marks.reset()
        #expect(marks.all.isEmpty && marks.id("m1") == nil)
    }
}
