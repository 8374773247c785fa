import IdentityModel
import Testing

@Suite struct FaultTests {
    @Test("a fault is read with everything it may say")
    func everything() throws {
        guard
            case .fault(let fault) = try readOne(
                ours(
                    "Fault",
                    """
                    spec:
                      match:
                        sources: [imds, authority]
                        pod: default/web
                        address: 10.244.0.5
                        identity: Reader
                        audience: https://Vault.azure.net/
                        path: /metadata/Instance*
                      from: 2m
                      skip: 2
                      every: 3
                      probability: 0.5
                      seed: 7
                      do:
                        - {status: 429, retryAfter: 3, headers: {x-a: b}, body: busy, contentType: text/plain, times: 2}
                        - {stall: 20s, delay: 1500ms}
                        - {token: not-yet-valid, for: 5}
                    """))
        else { throw WrongKind() }
        #expect(fault.match.sources == [.imds, .authority] && fault.match.pod?.description == "default/web")
        #expect(fault.match.identity == "reader" && fault.match.audience == "https://vault.azure.net")
        #expect(fault.match.path == "/metadata/instance*" && fault.match.address == "10.244.0.5")
        #expect(fault.start == .after(milliseconds: 120_000) && fault.skip == 2 && fault.every == 3)
        #expect(fault.probability == 0.5 && fault.seed == 7)
        guard case .answer(let answer) = fault.steps[0].action else { throw WrongKind() }
        #expect(answer.status == 429 && answer.retryAfter == 3 && answer.body == "busy" && answer.contentType == "text/plain")
        #expect(answer.headers.map(\.name) == ["x-a"] && fault.steps[0].times == 2)
        #expect(fault.steps[1].action == .stall(milliseconds: 20_000) && fault.steps[1].delayMilliseconds == 1500)
        #expect(fault.steps[1].times == 1, "a step before the last is for one request")
        #expect(fault.steps[2].action == .token(.notYetValid) && fault.steps[2].milliseconds == 5000)
    }

    @Test(
        "a wrong field is told with its place, what was found and what is allowed",
        arguments: [
            ("{do: {status: 99}}", "line 4: Fault x: spec.do.status: found 99; allowed: a whole number from 200 to 599"),
            ("{match: {sources: [imd]}, do: {reset: true}}", #"spec.match.sources[0]: found "imd"; allowed: imds, nmi, authority"#),
            ("{}", "spec.do: found nothing; allowed: a mapping or a list of them"),
            ("{do: {}}", "spec.do.status: found nothing; allowed: a mapping"),
            ("{do: {status: 500, reset: true}}", "spec.do.reset: found a second thing to happen, besides status"),
            ("{do: [{reset: true}, {retryAfter: 3}]}", "spec.do[1].retryAfter: found a part of an answer; allowed: status beside it"),
            ("{do: {delay: soon}}", #"spec.do.delay: found "soon"; allowed: a time such as 20s"#),
            ("{do: {delay: 2d}}", #"spec.do.delay: found "2d"; allowed: a time such as 20s"#),
            ("{from: yesterday, do: {reset: true}}", #"spec.from: found "yesterday"; allowed: a time such as 20s"#),
            (
                "{from: '2300-01-01T00:00:00Z', do: {reset: true}}",
                #"spec.from: found "2300-01-01T00:00:00Z"; allowed: an instant from 1970 to"#
            ),
            (
                "{from: '1969-12-31T23:59:59Z', do: {reset: true}}",
                #"spec.from: found "1969-12-31T23:59:59Z"; allowed: an instant from 1970 to"#
            ),
            ("{probability: 1.5, do: {reset: true}}", "spec.probability: found 1.5; allowed: a number from 0 to 1"),
            ("{do: {throttle: true}}", "spec.do: found throttle where match.sources is not [imds]"),
            ("{do: {token: stale}}", #"spec.do.token: found "stale"; allowed: expired, not-yet-valid"#),
            ("{do: {preset: podman}}", #"spec.do.preset: found "podman"; allowed: docker-desktop"#),
            ("{math: {}, do: {reset: true}}", "spec.math: found an unknown field; allowed: do, every, from"),
            ("{match: {pod: a/b/c}, do: {reset: true}}", #"spec.match.pod: found "a/b/c"; allowed: NAMESPACE/NAME"#),
        ])
    func wrong(spec: String, problem: String) throws {
        let problems = try problems("Fault", "spec: \(spec)")
        #expect(problems.count == 1 && problems.first?.contains(problem) == true, "\(problems)")
    }
}
