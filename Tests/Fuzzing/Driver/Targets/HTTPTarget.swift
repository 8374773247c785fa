import HTTPServing
import WireFormats

/// The request parser by itself, in both of its manners.
///
/// What must hold: however the bytes are cut, the same requests and the same error come out, and no more of them than the bytes can hold.
struct HTTPTarget: FuzzTarget {
    static let name = "http"
    static let longestInput = 4_096

    let vocabulary = [
        "GET ", "POST ", "CONNECT ", "OPTIONS ", " HTTP/1.1\r\n", " HTTP/1.0\r\n", " HTTP/2.0\r\n", "Host: a\r\n", "\r\n\r\n", "\n\n",
        "\r\n ",
        "\r\n\t", "Content-Length: 5\r\n", "Content-Length: 18446744073709551616\r\n", "Transfer-Encoding: chunked\r\n",
        "Expect: 100-continue\r\n", "Connection: close\r\n", "Connection: keep-alive\r\n", "0\r\n\r\n", "5\r\nhello\r\n", "5;a=b\r\n",
        "fffffffffffffff\r\n", "http://a/", "*", "%2F", "%zz", "?", "#", "\u{0}", "\u{7f}", "\u{e9}",
    ]

    let seeds = [
        Seed("get", "GET /a?b HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n"),
        Seed(
            "post", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhelloGET / HTTP/1.1\r\nHost: a\r\n\r\n"
        ),
        Seed("chunked", "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\n"),
        Seed("old", "GET http://a/b HTTP/1.0\nConnection: keep-alive\n\n"),
        Seed("connect", "CONNECT a:1 HTTP/1.1\r\n\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
    ]

    func take(_ input: [UInt8]) throws(Finding) {
        // Limits small enough to be met.
        for rules in [
            HTTPRequestParser.Rules(headBytes: 512, bodyBytes: 256),
            HTTPRequestParser.Rules(headBytes: 512, bodyBytes: 256, readsLikeGo: true),
        ] {
            let whole = transcript(input, rules, cut: { _ in input.count })
            // A cut that depends on the input, so that every way of cutting comes up, and the finest one.
            let step = Int(input.first ?? 0) % 7 + 1
            for other in [transcript(input, rules, cut: { $0 % step + 1 }), transcript(input, rules, cut: { _ in 1 })] where other != whole
            {
                throw Finding("cut into pieces of up to \(step) it reads \(other), whole \(whole)")
            }
        }
    }

    private func transcript(_ input: [UInt8], _ rules: HTTPRequestParser.Rules, cut: (Int) -> Int) -> [String] {
        var parser = HTTPRequestParser(rules: rules, peer: FuzzWorld.peer)
        var lines: [String] = []
        var index = 0
        while index < input.count {
            let end = min(input.count, index + cut(index))
            parser.push(input[index..<end])
            index = end
            reading: while true {
                switch parser.next() {
                case .incomplete: break reading
                case .wantsContinue: lines.append("continue")
                case .failed(let error):
                    lines.append("failed: \(error)")
                    return lines
                case .request(let request):
                    let headers = request.headers.map { "\($0.name)=\($0.value)" }
                    let parts = [request.method, request.target, request.rawPath, request.rawQuery ?? "-", "\(request.httpMinorVersion)"]
                    lines.append("\(parts) \(headers) \(request.body)")
                }
            }
        }
        return lines
    }
}
