import Diagnosis
import Testing

private func answered(_ status: Int, _ headers: [(String, String)] = [], _ body: String = "") -> AddressAnswer {
    .answered(status: status, headers: headers.map { (name: $0.0, value: $0.1) }, body: body)
}

private let dockerDesktop =
    "connecting to 169.254.169.254:80: dial tcp 169.254.169.254:80: connectex: A socket operation was attempted to an unreachable network."

@Suite struct AddressTests {
    @Test(
        "knows a stranger at 169.254.169.254 by the answer",
        arguments: [
            (answered(403, [], dockerDesktop), "Docker Desktop"),
            (answered(400, [("Server", "IMDS/150.870.65.1854")]), "Azure's own"),
            (answered(400, [("server", "Microsoft-IIS/10.0")]), "Azure's own"),
            (answered(401, [("Server", "EC2ws")]), "AWS's"),
            (answered(403, [("Metadata-Flavor", "Google"), ("Server", "Metadata Server for VM")]), "Google's"),
            (answered(404, [("Server", "GKE Metadata Server")]), "Google's"),
            (answered(403, [("Server", "squid")], "Access Denied"), "something unknown (status 403, Server: squid)"),
            (answered(200), "something unknown (status 200, Server: none)"),
        ])
    func stranger(answer: AddressAnswer, name: String) {
        let finding = MetadataAddressCheck.finding(answer, owner: .anotherThanThisServer, environment: [:])
        #expect(finding.verdict == .problem && finding.text.contains(name) && finding.fix != nil)
        #expect(!finding.text.contains("Understudy"))
    }

    @Test("takes what Azure would say for the running server's when its journal has the question, and doubts where no server was asked")
    func owner() {
        let answer = answered(400, [("Server", "IMDS/150.870.65.1854")])
        #expect(MetadataAddressCheck.finding(answer, owner: .thisServer, environment: [:]).verdict == .good)
        let unknown = MetadataAddressCheck.finding(answer, owner: .unknown, environment: [:])
        #expect(unknown.verdict == .problem && unknown.text.contains("or an Understudy"))
    }

    @Test(
        "a stranger matters less where a variable leads past it",
        arguments: [
            (["AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:2579"], Finding.Verdict.note, "all but Go, Rust"),
            (["IDENTITY_ENDPOINT": "http://127.0.0.1:1", "IDENTITY_HEADER": "x"], .note, "every SDK"),
            (["IDENTITY_ENDPOINT": "http://127.0.0.1:1"], .problem, ""), (["AZURE_POD_IDENTITY_AUTHORITY_HOST": ""], .problem, ""),
        ])
    func led(environment: [String: String], verdict: Finding.Verdict, text: String) {
        let finding = MetadataAddressCheck.finding(answered(403, [], dockerDesktop), owner: .unknown, environment: environment)
        #expect(finding.verdict == verdict && (text.isEmpty || finding.text.contains(text)))
    }

    @Test(
        "says when nobody is there, and when somebody keeps silent",
        arguments: [
            (AddressAnswer.nobody(reason: "No route to host"), "No route to host"), (.silent(seconds: 1), "no answer within 1 s"),
        ])
    func nobody(answer: AddressAnswer, text: String) {
        let finding = MetadataAddressCheck.finding(answer, owner: .unknown, environment: [:])
        #expect(finding.verdict == .note && finding.text.contains(text) && finding.fix != nil)
    }

    @Test(
        "tells which variable leads SDKs elsewhere",
        arguments: [
            ([:], Finding.Verdict.good, "no variable"),
            (["IDENTITY_ENDPOINT": "http://127.0.0.1:1/msi/token"], .problem, "IDENTITY_ENDPOINT"),
            (["MSI_ENDPOINT": "http://10.0.0.1/"], .problem, "MSI_ENDPOINT"),
            (["IDENTITY_ENDPOINT": "http://127.0.0.1:2580/msi/token"], .good, "to the running server"),
            (["IDENTITY_ENDPOINT": "http://127.0.0.1:25801/msi/token"], .problem, "not the running server"),
            (["AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:2579"], .good, "to the running server"),
            (["AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://host.docker.internal:2579"], .note, "host.docker.internal"),
        ])
    func source(environment: [String: String], verdict: Finding.Verdict, text: String) {
        let findings = SourceCheck.findings(environment: environment, ours: ["http://127.0.0.1:2579", "http://127.0.0.1:2580"])
        #expect(findings.count == 1 && findings[0].verdict == verdict && findings[0].text.contains(text))
    }

    @Test("a source is no problem while no server runs to compare it with, and its query is not shown")
    func withoutServer() {
        let finding = SourceCheck.findings(environment: ["IDENTITY_ENDPOINT": "http://127.0.0.1:1/?code=hunter2"], ours: [])[0]
        #expect(finding.verdict == .note && !finding.text.contains("hunter2"))
    }
}
