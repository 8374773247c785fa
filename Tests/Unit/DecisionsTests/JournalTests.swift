import Decisions
import HTTPServing
import IdentityModel
import Synchronization
import Testing
import WireFormats

@Suite struct JournalTests {
    private func ids(_ journal: DecisionJournal, _ query: String) throws -> [UInt64] {
        journal.decisions(try DecisionQuery(query: query)).map(\.id)
    }

    @Test(
        "keeps the newest, oldest first, whatever the size",
        arguments: [
            (1, 5, [UInt64(5)]), (3, 2, [1, 2]), (3, 3, [1, 2, 3]), (3, 4, [2, 3, 4]), (3, 7, [5, 6, 7]), (0, 2, [2]), (5, 0, []),
        ])
    func ring(capacity: Int, count: Int, kept: [UInt64]) throws {
        let journal = journal(capacity)
        for index in 0..<count { #expect(journal.record(decision(), request: request, status: 200) == UInt64(index + 1)) }
        #expect(try ids(journal, "") == kept)
        #expect(journal.counters.values.reduce(0, +) == count)
    }

    @Test(
        "id, since, limit, pod and outcome each narrow what is shown, and together too",
        arguments: [
            ("", [UInt64(3), 4, 5, 6, 7, 8]), ("since=5", [6, 7, 8]), ("since=0", [3, 4, 5, 6, 7, 8]), ("since=8", []), ("since=99", []),
            ("limit=2", [7, 8]), ("pod=default/even", [4, 6, 8]), ("outcome=refused", [3, 6]), ("pod=default%2Feven&outcome=refused", [6]),
            ("pod=default/even&limit=2", [6, 8]), ("since=4&pod=default/even&limit=1", [8]), ("pod=other/even", []), ("outcome=failed", []),
            ("id=4", [4]), ("id=1", []), ("id=9", []), ("id=4&outcome=refused", []),
        ])
    func filters(query: String, shown: [UInt64]) throws {
        let journal = journal(6)
        for id in 1...8 {
            journal.record(decision(id % 3 == 0 ? .refused : .issued, pod: id % 2 == 0 ? "even" : nil), request: request, status: 200)
        }
        #expect(try ids(journal, query) == shown)
    }

    @Test(
        "a question that cannot be read is refused in a sentence",
        arguments: [
            ("pod=a/b/c", "pod: found \"a/b/c\"; allowed: NAMESPACE/NAME"),
            ("pod=/b", "pod: found \"/b\"; allowed: NAMESPACE/NAME"),
            ("outcome=good", "outcome: found \"good\"; allowed: issued, refused, rejected, forwarded, answered, changed, failed, faulted"),
            ("since=-1", "since: found \"-1\"; allowed: the id of a decision, 0 or more"),
            ("since=x", "since: found \"x\"; allowed: the id of a decision, 0 or more"),
            ("limit=0", "limit: found \"0\"; allowed: a number from 1 to 100000"),
            ("limit=100001", "limit: found \"100001\"; allowed: a number from 1 to 100000"),
            ("limit=", "limit: found \"\"; allowed: a number from 1 to 100000"),
            ("pods=a/b", "unknown parameter \"pods\"; allowed: id, pod, outcome, since, limit"),
            ("id=0", "id: found \"0\"; allowed: the id of a decision, 1 or more"),
        ])
    func refusals(query: String, sentence: String) {
        #expect(throws: DecisionQuery.Refusal.self) { try DecisionQuery(query: query) }
        do {
            _ = try DecisionQuery(query: query)
        } catch {
            #expect(error.description == sentence)
        }
    }

    @Test("a decision is shown without query, body or any header but a client's name")
    func rendering() throws {
        let journal = journal(4)
        var shown = decision(.refused, pod: "web", reason: "nothing matched")
        shown.selector = Decision.Selector(name: "client_id", value: "c")
        shown.resource = "https://vault.azure.net"
        shown.matched = [ObjectKey(kind: .pod, name: "web")]
        shown.rejected = [Decision.Rejection(ObjectKey(kind: .azureIdentityBinding, name: "b"), "selector differs")]
        shown.waitMilliseconds = 80_000
        shown.tokenIdentifier = "uti"
        journal.record(shown, request: request, status: 404)
        let document = try #require(journal.decisions(DecisionQuery()).first).document
        #expect(
            document.rendered(.compact) == """
                {"id":1,"time":"2026-02-10T09:21:33Z","face":"metadata","plane":"vm","source":"imds","method":"GET","path":"/metadata/identity/oauth2/token",\
                "caller":{"address":"10.244.8.11","pod":"default/web"},"selector":{"name":"client_id","value":"c"},\
                "resource":"https://vault.azure.net","client":{"user-agent":"azsdk/1","x-client-sku":"MSAL.Go","x-client-ver":"1.2",\
                "x-ms-client-request-id":"r-1"},"matched":["Pod default/web"],\
                "rejected":[{"object":"AzureIdentityBinding default/b","reason":"selector differs"}],"status":404,"outcome":"refused",\
                "reason":"nothing matched","waitMilliseconds":80000,"uti":"uti"}
                """)
        #expect(!document.rendered().contains("hunter2") && !document.rendered().contains("secret-query"))
    }

    @Test("the metadata service and NMI are the source imds; no other face is a source unless it says which")
    func sources() {
        for face in Decision.Face.allCases {
            let source = Decision(face: face, plane: .vm, outcome: .answered, reason: "").source
            #expect(source == ([.metadata, .podIdentity].contains(face) ? .imds : nil), "\(face)")
        }
    }

    @Test("a reason is made only when somebody looks")
    func laziness() throws {
        let made = Counter()
        let journal = journal(4)
        journal.record(
            Decision(face: .authority, plane: .vm, outcome: .answered, reason: made.next()), request: request, status: 200)
        #expect(made.count == 0)
        _ = try #require(journal.decisions(DecisionQuery()).first).document
        #expect(made.count == 1)
    }

    @Test("counters tell face, outcome and status apart, and outlive the ring")
    func counters() {
        let journal = journal(2)
        for _ in 0..<5 { journal.record(decision(.issued), request: request, status: 200) }
        journal.record(decision(.refused), request: request, status: 400)
        journal.record(decision(.refused), request: request, status: 404)
        let counters = Dictionary(
            uniqueKeysWithValues: journal.counters.map { ("\($0.key.face) \($0.key.outcome) \($0.key.status)", $0.value) })
        #expect(counters == ["metadata issued 200": 5, "metadata refused 400": 1, "metadata refused 404": 1])
    }

    @Test("an answer is marked with the decision's id only when that was asked for", arguments: [false, true])
    func marks(marksAnswers: Bool) {
        let journal = journal(2, marksAnswers: marksAnswers)
        let response = HTTPResponse(status: .ok, headers: [.date], body: [1])
        let concluded = journal.conclude(response, decision(), for: request)
        #expect(concluded.headers == (marksAnswers ? [.date, .field("x-understudy-decision", "1")] : [.date]))
        #expect(concluded.body == [1])
    }
}

private final class Counter: Sendable {
    private let value = Atomic(0)
    var count: Int { value.load(ordering: .relaxed) }
    func next() -> String { "reason \(value.add(1, ordering: .relaxed).newValue)" }
}
