import Diagnosis
import Surroundings
import Testing
import WireFormats

private let noon = UnixSeconds(1_790_000_000)

@Suite struct TimeTests {
    @Test(
        "tells a clock that goes wrong from one that was moved on purpose",
        arguments: [
            (0, 0, Finding.Verdict.good, "agree"), (5, 0, .good, "agree"), (0, 300, .good, "agree"), (0, -300, .good, "agree"),
            (6, 0, .note, "6 s ahead of the clock"), (-300, 0, .note, "300 s behind the clock"),
            (301, 0, .problem, "301 s ahead of the clock of the server's host: clients here take new tokens for older"),
            (-3600, 0, .problem, "3600 s behind the clock of the server's host: verifiers here take new tokens for not yet valid"),
            (0, 301, .note, "emulated time was moved: it is 301 s ahead"),
            (0, -90_000, .note, "90000 s behind this host's clock: clients here"),
            (3600, 3600, .problem, "3600 s ahead of the clock"),
        ])
    func skew(host: Int64, offset: Int64, verdict: Finding.Verdict, text: String) {
        let finding = ClockCheck.finding(host: noon + host, server: ServerClock(emulated: noon + offset, offsetSeconds: offset))
        #expect(finding.verdict == verdict && finding.text.contains(text), "\(finding)")
        #expect((finding.fix == nil) == (verdict == .good))
    }

    private func token(_ claims: String) -> String {
        "\(Base64.encodeURL(Array("{}".utf8))).\(Base64.encodeURL(Array(claims.utf8))).c2ln"
    }

    @Test("no variable, no finding", arguments: [nil, ""])
    func unset(path: String?) {
        #expect(TokenFileCheck.finding(path: path, contents: nil, now: noon) == nil)
    }

    @Test(
        "judges a projected token by its times",
        arguments: [
            (1, nil, Finding.Verdict.good, "valid for 1 s"), (0, nil, .problem, "expired 0 s ago"), (-7, nil, .problem, "expired 7 s ago"),
            (3600, 300, .good, "valid for 3600 s"), (3600, 301, .problem, "valid only in 301 s"),
        ])
    func times(expires: Int64, from: Int64?, verdict: Finding.Verdict, text: String) {
        let claims = "{\"exp\":\((noon + expires).rawValue)\(from.map { ",\"nbf\":\((noon + $0).rawValue)" } ?? "")}"
        // A trailing line end is no part of the token.
        let finding = TokenFileCheck.finding(path: "/t", contents: token(claims) + "\n", now: noon)
        #expect(finding?.verdict == verdict && finding?.text.contains(text) == true, "\(String(describing: finding))")
    }

    @Test("a file that is missing, or holds something else, is a problem", arguments: [nil, "", "a.b", "a.b.c", "e30.e30.e30"])
    func unreadable(contents: String?) {
        #expect(TokenFileCheck.finding(path: "/t", contents: contents, now: noon)?.verdict == .problem)
    }
}
