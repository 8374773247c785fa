public import Decisions
public import HTTPServing
public import IdentityModel
public import Surroundings

/// A service whose answers may meet a fault on their way.
///
/// Without faults it costs one look at the board.
public struct FaultResponder: HTTPResponder {
    /// Makes a token that is wrong out of one that is right; nil when it cannot.
    public typealias Spoil = @Sendable (FaultToken, SecretBytes) -> SecretBytes?

    let service: any HTTPResponder
    let board: FaultBoard
    let journal: DecisionJournal
    let place: @Sendable (HTTPRequest) -> FaultPlace
    let spoil: Spoil
    let sleep: @Sendable (_ milliseconds: Int) async -> Void
    /// Whether the service leaves it to others to record what it answers.
    let recordsAll: Bool

    /// Puts faults before a service.
    ///
    /// - Parameters:
    ///   - place: who is asked by a request; called only while there are faults.
    ///   - sleep: waits, and returns early when the client has gone.
    ///   - recordsAll: whether answers that a fault has changed are recorded here, because the service records nothing.
    public init(
        _ service: any HTTPResponder, board: FaultBoard, journal: DecisionJournal, spoil: @escaping Spoil,
        sleep: @escaping @Sendable (_ milliseconds: Int) async -> Void, recordsAll: Bool = false,
        place: @escaping @Sendable (HTTPRequest) -> FaultPlace
    ) {
        self.service = service
        self.board = board
        self.journal = journal
        self.spoil = spoil
        self.sleep = sleep
        self.recordsAll = recordsAll
        self.place = place
    }

    /// Answers a caller, or lets a fault do so.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        guard board.isArmed else { return service.respond(to: request) }
        let place = place(request)
        guard let verdict = board.verdict(on: place.exchange) else { return service.respond(to: request) }
        let mark = verdict.mark(source: place.exchange.source)
        let request = request.remarked(mark)
        let delay = verdict.step.delayMilliseconds
        guard delay > 0 else { return perform(verdict, mark, request, place) }
        return .later { [self] in
            await sleep(delay)
            return await perform(verdict, mark, request, place).finished()
        }
    }

    private func perform(_ verdict: FaultVerdict, _ mark: FaultMark, _ request: HTTPRequest, _ place: FaultPlace) -> HTTPAnswer {
        switch verdict.step.action {
        case .pass: return changed(service.respond(to: request), mark, request, place) { $0 }
        case .throttle: return (place.throttled ?? service).respond(to: request)
        case .answer(let answer):
            return .now(journal.conclude(answer.rendered(by: place.outage, for: request), place.recorded(mark), for: request))
        case .reset:
            record(mark, request, place)
            return .now(.broken(.reset))
        case .stall(let milliseconds):
            record(mark, request, place)
            return .later { [sleep] in
                await sleep(milliseconds)
                return .broken(.nothing)
            }
        case .truncate(let bytes):
            return changed(service.respond(to: request), mark, request, place) { response in
                var response = response
                response.delivery = .cut(bodyBytes: bytes ?? response.body.count / 2)
                return response
            }
        case .edit(let retype, let omit):
            return changed(service.respond(to: request), mark, request, place) { $0.edited(retyping: retype, omitting: omit) }
        case .token(let token):
            // Signing is not for an event loop, whatever answered.
            let answer = service.respond(to: request)
            return .later { [self] in
                let response = await answer.finished()
                let spoilt = response.withToken(at: board.clock.now) { spoil(token, $0) } ?? response
                if recordsAll { record(mark, request, place, status: spoilt.status.code) }
                return spoilt
            }
        }
    }

    private func changed(
        _ answer: HTTPAnswer, _ mark: FaultMark, _ request: HTTPRequest, _ place: FaultPlace,
        _ change: @escaping @Sendable (HTTPResponse) -> HTTPResponse
    ) -> HTTPAnswer {
        @Sendable func done(_ response: HTTPResponse) -> HTTPResponse {
            if recordsAll { record(mark, request, place, status: response.status.code) }
            return change(response)
        }
        switch answer {
        case .now(let response): return .now(done(response))
        case .later(let work): return .later { done(await work()) }
        }
    }

    private func record(_ mark: FaultMark, _ request: HTTPRequest, _ place: FaultPlace, status: Int = 0) {
        journal.record(place.recorded(mark), request: request, status: status)
    }
}

extension FaultPlace {
    fileprivate func recorded(_ mark: FaultMark) -> Decision {
        var recorded = Decision(
            face: decision.face, plane: decision.plane, outcome: .faulted, reason: "Fault \(mark.name) met the request: \(mark.did).")
        recorded.source = decision.source
        recorded.pod = decision.pod
        recorded.selector = decision.selector
        recorded.resource = decision.resource
        return recorded
    }
}

extension HTTPAnswer {
    fileprivate func finished() async -> HTTPResponse {
        switch self {
        case .now(let response): response
        case .later(let work): await work()
        }
    }
}

extension HTTPResponse {
    /// No answer at all.
    fileprivate static func broken(_ delivery: Delivery) -> HTTPResponse {
        var response = HTTPResponse(status: .serviceUnavailable, headers: [], body: [])
        response.delivery = delivery
        return response
    }
}
