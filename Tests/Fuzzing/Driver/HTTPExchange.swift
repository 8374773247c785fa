import Dispatch
@testable import HTTPServing
import NIOCore
import Surroundings
import Synchronization
import WireFormats

/// A connection without a socket: bytes go through the room's own parser, a responder and the room's own encoder.
struct HTTPExchange {
    let style: ProtocolErrorStyle
    let clock: WallClock

    /// What was written for a request.
    struct Written {
        let response: HTTPResponse
        /// Without the body.
        let head: String
        /// What the client sees of the body.
        let body: [UInt8]
    }

    /// Takes all requests that `input` holds, until one closes the connection; `check` sees each answer that a responder gave.
    func run(
        _ input: [UInt8], peer: PeerAddress, responder: (HTTPRequest) -> any HTTPResponder,
        check: (HTTPRequest, Written) throws(Finding) -> Void
    ) throws(Finding) {
        var parser = HTTPRequestParser(rules: .init(readsLikeGo: style.readsLikeGo), peer: peer)
        var encoder = ResponseEncoder(clock: clock)
        parser.push(input)
        while true {
            switch parser.next() {
            case .incomplete: return
            case .wantsContinue: continue
            case .failed(let error):
                // In some cases the connection just ends, as Go's does.
                if let response = style.answer(error) { _ = try write(response, .init(closes: true), &encoder) }
                return
            case .request(let request):
                let response = Self.settled(responder(request).respond(to: request))
                let minor = request.httpMinorVersion
                let closes = !request.keepsAlive || ResponseEncoder.forcesClose(response, minorVersion: minor)
                let written = try write(
                    response, .init(isHead: request.methodIs("HEAD"), minorVersion: minor, closes: closes), &encoder)
                AnswerTally.shared.count(response.status.code)
                try check(request, written)
                if closes { return }
            }
        }
    }

    /// The answer, waited for where it needs time.
    static func settled(_ answer: HTTPAnswer) -> HTTPResponse {
        switch answer {
        case .now(let response): return response
        case .later(let work):
            let done = DispatchSemaphore(value: 0)
            let kept = Kept()
            Task.detached {
                let response = await work()
                kept.response.withLock { $0 = response }
                done.signal()
            }
            done.wait()
            guard let response = kept.response.withLock({ $0 }) else { fatalError("a task ended without its result") }
            return response
        }
    }

    private final class Kept: Sendable {
        let response = Mutex<HTTPResponse?>(nil)
    }

    private func write(
        _ response: HTTPResponse, _ circumstances: ResponseEncoder.Circumstances, _ encoder: inout ResponseEncoder
    ) throws(Finding) -> Written {
        var out = ByteBuffer()
        encoder.encode(response, circumstances, into: &out)
        let bytes = Array(out.readableBytesView)
        return try WireCheck.read(bytes, of: response, isHead: circumstances.isHead, minorVersion: circumstances.minorVersion)
    }
}
