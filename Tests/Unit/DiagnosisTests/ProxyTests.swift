import Diagnosis
import Testing

private let imds = "http://169.254.169.254/metadata/identity/oauth2/token"
private let everybody = ["Python", "Go", ".NET", "JavaScript", "C++"]

/// Who is told to be led away; nothing where all is well.
private func swallowed(_ environment: [String: String], _ url: String = imds) -> [String] {
    let findings = ProxyCheck.findings(to: [url], environment: environment)
    guard findings.count == 1, findings[0].verdict == .problem else { return [] }
    return everybody.filter(findings[0].text.contains)
}

@Suite struct ProxyTests {
    @Test("says so when no variable is set, and when they lead nothing away")
    func none() {
        let findings = ProxyCheck.findings(to: [imds], environment: ["HTTP_PROXY": ""])
        #expect(findings.map(\.verdict) == [.good] && findings[0].text.contains("no proxy variable"))
        let exempted = ProxyCheck.findings(to: [imds], environment: ["HTTPS_PROXY": "http://p:1", "NO_PROXY": "169.254.169.254"])
        #expect(exempted.map(\.verdict) == [.good] && exempted[0].text.hasPrefix("HTTPS_PROXY"))
    }

    @Test(
        "each client reads the variables its own way",
        arguments: [
            (["HTTP_PROXY": "http://p:1"], ["Python", "Go", ".NET", "JavaScript"]),
            (["http_proxy": "http://p:1"], everybody),
            (["HTTP_PROXY": "http://p:1", "http_proxy": ""], ["Go", ".NET", "JavaScript"]),
            (["ALL_PROXY": "http://p:1"], ["Python", ".NET", "JavaScript", "C++"]),
            (["all_proxy": "http://p:1"], ["Python", ".NET", "JavaScript", "C++"]),
            (["HTTPS_PROXY": "http://p:1"], ["JavaScript"]),
        ])
    func variables(environment: [String: String], clients: [String]) {
        #expect(swallowed(environment) == clients)
    }

    @Test(
        "each client reads exemptions its own way",
        arguments: [
            ("169.254.169.254", []), ("localhost, 169.254.169.254 ,x", []), ("localhost", everybody),
            ("169.254.0.0/16", [".NET", "JavaScript"]), ("169.254.169.254/32", [".NET", "JavaScript"]), ("10.0.0.0/8", everybody),
            ("*", [".NET", "JavaScript"]), ("x,*", ["Python", ".NET", "JavaScript", "C++"]),
            ("x 169.254.169.254", ["Python", "Go", ".NET", "JavaScript"]),
            ("169.254.169.254:80", ["Python", ".NET", "JavaScript", "C++"]), ("169.254.169.254:81", everybody),
            ("254", [".NET", "JavaScript", "C++"]),
            (".254", ["C++"]), ("4", everybody),
        ])
    func exemptions(value: String, clients: [String]) {
        #expect(swallowed(["http_proxy": "http://p:1", "no_proxy": value]) == clients)
        #expect(swallowed(["http_proxy": "http://p:1", "NO_PROXY": value]) == clients)
    }

    @Test(
        "where both spellings of the exemptions are set, the upper-case one counts for Go and JavaScript, the lower-case one for the others"
    )
    func spellings() {
        let both = ["http_proxy": "http://p:1", "no_proxy": "169.254.169.254", "NO_PROXY": "x"]
        #expect(swallowed(both) == ["Go", "JavaScript"])
    }

    @Test(
        "names are exempted with what is below them, or not",
        arguments: [
            ("example.com", [".NET", "JavaScript"]), (".example.com", []), ("*.example.com", ["Python", ".NET", "JavaScript", "C++"]),
            ("ample.com", everybody), ("login.example.com", []),
        ])
    func names(value: String, clients: [String]) {
        let environment = ["http_proxy": "http://p:1", "no_proxy": value]
        #expect(swallowed(environment, "http://login.example.com:8080/x") == clients)
    }

    @Test("a name with a dot exempts itself for all but Go")
    func dotted() {
        #expect(swallowed(["http_proxy": "http://p:1", "no_proxy": ".example.com"], "http://example.com") == ["Go"])
    }

    @Test("Go spares loopback, others do not", arguments: ["http://127.0.0.1:2579", "http://localhost:2579", "http://[::1]:2579"])
    func loopback(url: String) {
        #expect(swallowed(["http_proxy": "http://p:1"], url) == ["Python", ".NET", "JavaScript", "C++"])
    }

    @Test("HTTPS has variables of its own")
    func https() {
        let authority = "https://understudy:8443/"
        #expect(swallowed(["http_proxy": "http://p:1"], authority) == ["JavaScript"])
        #expect(swallowed(["https_proxy": "http://p:1"], authority) == everybody)
    }

    @Test("the fix keeps what was exempted, adds what is missing in both spellings, and no value of a proxy is shown")
    func fix() {
        let findings = ProxyCheck.findings(
            to: [imds, "https://understudy:8443/", "https://understudy:8443/again", "unix:/run/x"],
            environment: ["https_proxy": "http://user:hunter2@p:1", "http_proxy": "http://user:hunter2@p:1", "NO_PROXY": "intern,*"])
        #expect(findings.count == 2 && findings.allSatisfy { $0.verdict == .problem && !"\($0)".contains("hunter2") })
        #expect(findings[0].fix == "export NO_PROXY=intern,169.254.169.254,127.0.0.1,localhost,understudy && export no_proxy=\"$NO_PROXY\"")
    }
}
