import Decisions
@testable import Faults
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Synchronization
import Testing
import WireFormats

/// A service that gives tokens, with faults before it.
private struct Bench {
    let time = HandClock()
    let store = IdentityStore()
    let journal: DecisionJournal
    let board: FaultBoard
    let slept = Slept()
    let faults: FaultResponder

    final class Slept: Sendable {
        private let all = Mutex<[Int]>([])
        var milliseconds: [Int] { all.withLock { $0 } }
        func add(_ milliseconds: Int) { all.withLock { $0.append(milliseconds) } }
    }

    struct Service: HTTPResponder {
        let journal: DecisionJournal
        var status = HTTPStatus.ok
        func respond(to request: HTTPRequest) -> HTTPAnswer {
            let claims = Base64.encodeURL(Array(#"{"nbf":100,"exp":200}"#.utf8))
            let body = #"{"access_token":"e30.\#(claims).x","expires_in":"100","expires_on":"200","not_before":"100","count":1}"#
            return .now(
                journal.conclude(
                    HTTPResponse(status: status, headers: [.field("Content-Type", "application/json"), .date], body: Array(body.utf8)),
                    Decision(face: .metadata, plane: .vm, outcome: status == .ok ? .issued : .refused, reason: "because"), for: request))
        }
    }

    init(_ faults: String..., status: HTTPStatus = .ok) throws {
        journal = DecisionJournal(capacity: 10, clock: time.clock)
        board = FaultBoard(clock: time.clock)
        for (index, spec) in faults.enumerated() { try store.apply(Array(fault(spec, name: "f\(index)").utf8), from: "test") }
        store.observe { [board] in board.follow($0) }
        self.faults = FaultResponder(
            Service(journal: journal, status: status), board: board, journal: journal,
            spoil: { defect, _ in
                let claims = Base64.encodeURL(Array((defect == .expired ? #"{"nbf":1,"exp":2}"# : #"{"nbf":300,"exp":200}"#).utf8))
                return SecretBytes(Array("e30.\(claims).y".utf8))
            }, sleep: { [slept] in slept.add($0) }
        ) { request in
            FaultPlace(
                exchange: exchange(), decision: Decision(face: .metadata, plane: .vm, outcome: .faulted, reason: ""),
                outage: { status, retryAfter, _ in
                    let told: [HTTPResponse.HeaderLine] = retryAfter.map { [.field("Retry-After", "\($0)")] } ?? []
                    return HTTPResponse(
                        status: HTTPStatus(code: status), headers: [.field("Content-Type", "application/json")] + told + [.date],
                        body: Array("own".utf8))
                })
        }
    }

    func ask() async -> HTTPResponse {
        switch faults.respond(to: tokenRequest()) {
        case .now(let response): response
        case .later(let work): await work()
        }
    }

    var last: RecordedDecision? { journal.decisions(DecisionQuery()).last }
}

@Suite struct ResponderTests {
    @Test("without faults the service's own answer comes, at once and unmarked")
    func none() async throws {
        let bench = try Bench()
        guard case .now(let response) = bench.faults.respond(to: tokenRequest()) else { throw NoFault() }
        #expect(response.status == .ok && bench.last?.fault == nil && !bench.board.isArmed)
    }

    @Test("an answer stands for the service's, which is not asked, and the decision says so")
    func answer() async throws {
        let bench = try Bench("{do: {status: 429, retryAfter: 3, headers: {x-more: 'yes'}, times: 1}}")
        let response = await bench.ask()
        #expect(response.status == .tooManyRequests && String(decoding: response.body, as: UTF8.self) == "own")
        #expect(
            response.headers == [
                .field("Content-Type", "application/json"), .field("Retry-After", "3"), .field("x-more", "yes"), .date,
            ])
        let last = try #require(bench.last)
        #expect(last.decision.outcome == .faulted && last.status == 429 && last.fault?.name == "f0")
        #expect(last.document["fault"] == ["name": "f0", "source": "imds", "did": "answered 429, Retry-After 3 s"])
        #expect(last.decision.reason() == "Fault f0 met the request: answered 429, Retry-After 3 s.")
        #expect(await bench.ask().status == .ok)
        #expect(bench.last?.fault == nil && bench.last?.decision.outcome == .issued)
    }

    @Test("a fault's header takes the place of one that is the same in every answer")
    func constantHeader() {
        var response = HTTPResponse(status: .ok, headers: [.constant(["Cache-Control": "private", "Expires": "-1"]), .date], body: [])
        response.setHeader("cache-control", "no-store")
        #expect(response.headers == [.field("cache-control", "no-store"), .field("Expires", "-1"), .date])
    }

    @Test("a body of the fault's own comes with its own type")
    func body() async throws {
        let bench = try Bench("{do: {status: 200, body: <html>, contentType: text/html}}")
        let response = await bench.ask()
        #expect(response.status == .ok && response.headers.first == .field("Content-Type", "text/html"))
        #expect(String(decoding: response.body, as: UTF8.self) == "<html>")
    }

    @Test("Docker Desktop's refusal has the words that SDKs look for")
    func dockerDesktop() async throws {
        let response = try await Bench("{do: {preset: docker-desktop}}").ask()
        #expect(response.status == .forbidden)
        #expect(String(decoding: response.body, as: UTF8.self).contains("A socket operation was attempted to an unreachable network"))
    }

    @Test("a delay comes before the service is asked, and before what else the fault does")
    func delay() async throws {
        let bench = try Bench("{do: [{delay: 1500ms}, {delay: 2, status: 500}]}")
        #expect(await bench.ask().status == .ok)
        #expect(bench.last?.decision.outcome == .issued && bench.last?.fault?.did == "held for 1.5 s")
        #expect(await bench.ask().status == .internalServerError)
        #expect(bench.slept.milliseconds == [1500, 2000])
        #expect(bench.last?.fault?.did == "held for 2 s, then answered 500" && bench.last?.fault?.heldMilliseconds == 2000)
    }

    @Test("a stalled request is recorded before it is held, and ends with nothing")
    func stall() async throws {
        let bench = try Bench("{do: {stall: 30s}}")
        guard case .later(let work) = bench.faults.respond(to: tokenRequest()) else { throw NoFault() }
        #expect(bench.last?.fault?.did == "held for 30 s without an answer, then hung up" && bench.last?.status == 0)
        #expect(await work().delivery == .nothing && bench.slept.milliseconds == [30_000])
    }

    @Test("a reset sends nothing; a truncated answer is the service's own, cut off")
    func brokenAnswers() async throws {
        let bench = try Bench("{do: [{reset: true}, {truncate: true}, {truncate: 7}]}")
        #expect(await bench.ask().delivery == .reset)
        #expect(bench.last?.decision.outcome == .faulted)
        let half = await bench.ask()
        #expect(half.delivery == .cut(bodyBytes: half.body.count / 2) && half.status == .ok)
        #expect(bench.last?.decision.outcome == .issued && bench.last?.fault?.did == "cut the body off after half of it")
        #expect(await bench.ask().delivery == .cut(bodyBytes: 7))
    }

    @Test("members change their type or go")
    func edit() async throws {
        let response = try await Bench("{do: {retype: [expires_on, count, access_token], omit: [expires_in]}}").ask()
        let document = try JSONValue(parsing: response.body)
        #expect(document["expires_on"] == .number("200") && document["count"] == "1" && document["expires_in"] == nil)
        #expect(document["access_token"]?.elements?.count == 1 && document["not_before"] == "100")
    }

    @Test("an expired token comes with its own times, in the types the service uses")
    func expired() async throws {
        let document = try JSONValue(parsing: await Bench("{do: {token: expired}}").ask().body)
        #expect(document["expires_on"] == "2" && document["not_before"] == "1" && document["expires_in"] == "0")
        #expect(document["access_token"]?.text?.hasSuffix(".y") == true)
        let later = try JSONValue(parsing: await Bench("{do: {token: not-yet-valid}}").ask().body)
        #expect(later["not_before"] == "300" && later["expires_on"] == "200")
    }

    @Test("a refusal has no token to spoil, and the decision does not claim it")
    func nothingToSpoil() async throws {
        let bench = try Bench("{do: {token: expired}}", status: .badRequest)
        #expect(await bench.ask().status == .badRequest)
        #expect(bench.last?.document["fault"]?["did"] == "nothing to this answer")
    }

    @Test(
        "a request that is let through is no attempt; one that is held back is",
        arguments: [("{do: {pass: true}}", 0), ("{do: {delay: 1s}}", 1)])
    func attempts(spec: String, count: Int) async throws {
        let bench = try Bench(spec, status: .badRequest)
        for _ in 0..<2 { #expect(await bench.ask().status == .badRequest) }
        #expect(RetryReport.sequences(bench.journal.decisions(DecisionQuery()), at: bench.time.nanoseconds).count == count)
    }

    @Test("the first fault that acts decides; one that lets a request pass leaves it to the next")
    func order() async throws {
        let bench = try Bench("{skip: 1, do: {status: 500, times: 1}}", "{do: {status: 503}}")
        #expect(await bench.ask().status.code == 503)
        #expect(await bench.ask().status.code == 500)
        #expect(await bench.ask().status.code == 503)
    }

    @Test("a fault that is applied anew begins anew; a change elsewhere leaves it where it was")
    func rearming() async throws {
        let spec = "{do: {status: 500, times: 1}}"
        let bench = try Bench(spec)
        #expect(await bench.ask().status.code == 500)
        try bench.store.apply(Array(fault("{match: {pod: a/b}, do: {reset: true}}", name: "other").utf8), from: "test")
        #expect(await bench.ask().status.code == 200)
        try bench.store.apply(Array(fault(spec, name: "f0").utf8), from: "test")
        #expect(await bench.ask().status.code == 500)
        let listed = bench.board.document["faults"]?.elements ?? []
        #expect(listed.first?["state"] == "over" && listed.first?["step"] == nil)
        #expect(listed.last?["state"] == "waiting" && listed.last?["step"] == "reset the connection")
        _ = try bench.store.delete(ObjectKey(kind: .fault, name: "f0"))
        _ = try bench.store.delete(ObjectKey(kind: .fault, name: "other"))
        #expect(!bench.board.isArmed)
    }
}
