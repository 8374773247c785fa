import Decisions
import Faults
import HTTPServing
import IdentityModel
import Surroundings
import Testing

/// A journal that is written by hand, with time passing between.
private struct Diary {
    let time = HandClock()
    let journal: DecisionJournal
    let headers: [(String, String)]

    init(_ client: String, sku: String? = nil, id: String? = nil) {
        journal = DecisionJournal(capacity: 100, clock: time.clock)
        headers =
            [("User-Agent", client)] + (sku.map { [("x-client-SKU", $0), ("x-client-Ver", "1.2")] } ?? [])
            + (id.map { [("x-ms-client-request-id", $0)] } ?? [])
    }

    /// A request that a fault answers.
    func met(_ status: Int, told: Int? = nil, held: Int = 0, stalled: Int = 0, serves: Bool = false, id: String? = nil) {
        let mark = FaultMark(
            name: "f", source: "imds", did: "answered \(status)", servesClient: serves, retryAfterSeconds: told, heldMilliseconds: held,
            stalledMilliseconds: stalled)
        journal.record(decision(.faulted), request: request(id).remarked(mark), status: status)
    }

    func served(_ outcome: Decision.Outcome = .issued, id: String? = nil) {
        journal.record(decision(outcome), request: request(id), status: outcome == .issued ? 200 : 400)
    }

    private func request(_ id: String?) -> HTTPRequest { tokenRequest(headers + (id.map { [("x-ms-client-request-id", $0)] } ?? [])) }

    private func decision(_ outcome: Decision.Outcome) -> Decision {
        Decision(face: .metadata, plane: .vm, outcome: outcome, reason: "because")
    }

    var sequences: [RetrySequence] { RetryReport.sequences(journal.decisions(DecisionQuery()), at: time.nanoseconds) }
}

@Suite struct RetryReportTests {
    @Test(
        "who is told how long to wait must wait that long",
        arguments: [(3.0, RetrySequence.Verdict.waited), (5.0, .waited), (2.9, .waited), (2.0, .tooSoon), (0.0, .tooSoon)])
    func told(waited: Double, verdict: RetrySequence.Verdict) throws {
        let diary = Diary("curl/8")
        diary.met(429, told: 3)
        diary.time.pass(waited)
        diary.served()
        let sequence = try #require(diary.sequences.first)
        #expect(sequence.verdict == verdict && sequence.ending == .recovered && sequence.retries == 1)
        #expect(sequence.attempts.first?.told == 3 && sequence.attempts.first?.waited == Int(waited * 1000))
        #expect(verdict.isFault == (verdict == .tooSoon))
    }

    @Test(
        "who is told nothing is held to what its own documentation says",
        arguments: [
            ("azsdk-python-identity/1.27.0 Python/3.11", 429, [0, 1.6, 3.2], RetrySequence.Verdict.waited),
            ("azsdk-python-identity/1.27.0 Python/3.11", 410, [0, 5, 10], .waited),
            ("azsdk-python-identity/1.27.0 Python/3.11", 410, [0, 1.6, 3.2], .offSchedule),
            ("azsdk-go-azidentity/v1.14.0", 503, [2, 4, 8], .waited),
            ("azsdk-go-azidentity/v1.14.0", 503, [2, 2, 2], .offSchedule),
            // C++ is documented not to ask again on 404, so that there is no schedule to keep.
            ("azsdk-cpp-identity/1.13.3", 404, [0, 0, 0], .untold),
            ("curl/8", 503, [0, 0, 0], .untold),
        ])
    func documented(client: String, status: Int, waits: [Double], verdict: RetrySequence.Verdict) throws {
        let diary = Diary(client)
        for wait in waits {
            diary.met(status)
            diary.time.pass(wait)
        }
        diary.served()
        let sequence = try #require(diary.sequences.first)
        #expect(sequence.verdict == verdict && sequence.retries == 3 && diary.sequences.count == 1)
    }

    @Test(
        "bare MSAL for .NET is held to its own waits, Azure.Identity over it is not",
        arguments: [("dotnet", RetrySequence.Verdict.offSchedule), ("azsdk-net-Identity/1.20.0 (.NET 8.0.4; Debian)", .untold)])
    func net(client: String, verdict: RetrySequence.Verdict) throws {
        let diary = Diary(client, sku: "MSAL.NetCore")
        for _ in 0..<2 {
            diary.met(429)
            diary.time.pass(0.1)
        }
        diary.served()
        #expect(diary.sequences.map(\.verdict) == [verdict])
    }

    @Test("a client that asks no more has given up, unless it may still be waiting")
    func givingUp() throws {
        let diary = Diary("curl/8")
        diary.met(429, told: 10)
        diary.time.pass(9)
        #expect(diary.sequences.first?.ending == .pending && diary.sequences.first?.verdict == .pending)
        diary.time.pass(10)
        #expect(diary.sequences.first?.ending == .gaveUp && diary.sequences.first?.verdict == .gaveUp)
        #expect(diary.sequences.first?.retries == 0)
    }

    @Test("a client that is documented to ask no more has given up at once")
    func done() {
        let diary = Diary("azsdk-cpp-identity/1.13.3")
        diary.met(404)
        diary.time.pass(0.1)
        #expect(diary.sequences.first?.verdict == .gaveUp)
        diary.met(503)
        diary.time.pass(0.1)
        #expect(diary.sequences.first?.ending == .pending)
    }

    @Test("410 may last 70 seconds: who stops before has given up too early", arguments: [(20, true), (70, false)])
    func gone(after: Double, early: Bool) throws {
        let diary = Diary("curl/8")
        diary.met(410)
        diary.time.pass(after)
        diary.met(410)
        diary.time.pass(100)
        #expect(diary.sequences.first?.verdict == (early ? .gaveUpEarly : .gaveUp))
        #expect(diary.sequences.first?.ending == .gaveUp)
    }

    @Test("a refusal that no waiting changes is asked about once", arguments: [400, 401, 403])
    func inVain(status: Int) throws {
        let diary = Diary("curl/8")
        diary.met(status)
        diary.time.pass(30)
        #expect(diary.sequences.first?.verdict == .gaveUp)
        diary.met(status)
        #expect(diary.sequences.first?.verdict == .inVain)
    }

    @Test("time that a fault held a request back is not the client's waiting")
    func held() throws {
        let diary = Diary("curl/8")
        diary.met(503, told: 2)
        diary.time.pass(5)
        diary.met(503, told: 2, held: 4500)
        #expect(diary.sequences.first?.attempts.first?.waited == 500)
    }

    @Test("who is kept without an answer waits from its end, or from when it hung up itself", arguments: [(5.0, 2000), (1.0, 0)])
    func stalled(next: Double, waited: Int) throws {
        let diary = Diary("curl/8")
        diary.met(0, stalled: 3000)
        diary.time.pass(next)
        diary.served()
        #expect(diary.sequences.first?.attempts.first?.waited == waited)
    }

    @Test("what is asked under another request id is another asking")
    func requestIDs() {
        let diary = Diary("curl/8")
        diary.met(503, id: "a")
        diary.met(503, id: "b")
        diary.served(id: "a")
        diary.served(.refused, id: "b")
        #expect(diary.sequences.map(\.ending) == [.recovered, .refused])
        #expect(diary.sequences.map(\.attempts.count) == [1, 1])
    }

    @Test("a client is known by what it calls itself, and by the library below it")
    func names() {
        let azure = Diary("azsdk-python-identity/1.27.0 Python/3.11 (Linux)", sku: "MSAL.Python")
        azure.met(500)
        #expect(azure.sequences.first?.client.name == "azsdk-python-identity" && azure.sequences.first?.client.version == "1.27.0")
        #expect(azure.sequences.first?.client.library == "MSAL.Python/1.2")
        let msal = Diary("python-requests/2.32", sku: "MSAL.Python")
        msal.met(500)
        #expect(msal.sequences.first?.client.name == "MSAL.Python" && msal.sequences.first?.client.library == "python-requests/2.32")
    }

    @Test("an answer that is late or not right ends the asking; one that breaks off does not")
    func served() {
        let diary = Diary("curl/8")
        diary.met(200, held: 1500, serves: true)
        diary.met(200)
        diary.time.pass(30)
        #expect(diary.sequences.map(\.ending) == [.recovered, .gaveUp])
        #expect(diary.sequences.map(\.verdict) == [.served, .gaveUp])
        #expect(diary.sequences.map(\.retries) == [0, 0])
    }

    @Test("who met no fault is not told of")
    func unmet() {
        let diary = Diary("curl/8")
        diary.served()
        diary.served(.refused)
        #expect(diary.sequences.isEmpty)
    }
}
