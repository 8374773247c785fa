import Faults
import IdentityModel
import Testing

@Suite struct ArmedFaultTests {
    /// What a fault does to so many requests, one a second: the status it answers, or nil.
    private func fates(_ spec: String, _ count: Int, every: Double = 1) throws -> [Int?] {
        var armed = ArmedFault(try read(spec), at: 0)
        return (0..<count).map { index in
            guard let step = armed.meets(exchange(), at: seconds(Double(index) * every)), case .answer(let answer) = step.action else {
                return nil
            }
            return answer.status
        }
    }

    @Test("one step without an end goes on", arguments: ["{do: {status: 429}}", "{do: [{status: 429}]}"])
    func endless(spec: String) throws { #expect(try fates(spec, 3) == [429, 429, 429]) }

    @Test(
        "steps follow one another, each for one request unless it says more",
        arguments: [
            ("{do: [{status: 404}, {status: 502}]}", [404, 502, 502, 502, 502]),
            ("{do: [{status: 404, times: 2}, {status: 500, times: 1}]}", [404, 404, 500, nil, nil]),
            ("{do: [{status: 500}, {pass: true}, {status: 503, times: 1}]}", [500, nil, 503, nil, nil]),
            ("{skip: 2, do: {status: 500, times: 1}}", [nil, nil, 500, nil, nil]),
            ("{every: 2, do: {status: 500}}", [nil, 500, nil, 500, nil]),
            ("{skip: 1, every: 2, do: {status: 500, times: 1}}", [nil, nil, 500, nil, nil]),
        ] as [(String, [Int?])])
    func steps(spec: String, fates wanted: [Int?]) throws { #expect(try fates(spec, 5) == wanted) }

    @Test("a step's time begins with the first request it meets")
    func time() throws {
        #expect(try fates("{do: {status: 410, for: 2s}}", 5) == [410, 410, nil, nil, nil])
        #expect(try fates("{do: [{status: 410, for: 2s}, {status: 500}]}", 5) == [410, 410, 500, 500, 500])
        // Nobody asked for a while: what is over is over, and the next step's time follows on it.
        #expect(try fates("{do: [{status: 410, for: 2s}, {status: 500, for: 3s}, {status: 503}]}", 3, every: 4) == [410, 500, 503])
    }

    @Test("a schedule begins when it says, counted from the fault's coming or by the calendar")
    func schedule() throws {
        #expect(try fates("{from: 2s, do: {status: 503}}", 4) == [nil, nil, 503, 503])
        #expect(try fates("{from: 1s, do: {status: 503, for: 1500ms}}", 4) == [nil, 503, 503, nil])
        #expect(try fates("{from: '1970-01-01T00:00:03Z', do: {status: 503}}", 4) == [nil, nil, nil, 503])
    }

    @Test("what is met before the schedule begins is not counted")
    func scheduleDoesNotCount() throws { #expect(try fates("{from: 2s, skip: 1, do: {status: 503}}", 4) == [nil, nil, nil, 503]) }

    @Test("a share of the requests is drawn, the same in every run, and another by another seed")
    func probability() throws {
        let one = try fates("{probability: 0.25, seed: 7, do: {status: 500}}", 4000)
        let count = one.filter { $0 != nil }.count
        #expect((900...1100).contains(count), "\(count) of 4000")
        #expect(try fates("{probability: 0.25, seed: 7, do: {status: 500}}", 4000) == one)
        #expect(try fates("{probability: 0.25, seed: 8, do: {status: 500}}", 4000) != one)
        #expect(try fates("{probability: 0, do: {status: 500}}", 100).allSatisfy { $0 == nil })
    }

    @Test("a step about tokens leaves alone who asks for none, and is not used up by that")
    func tokens() throws {
        var armed = ArmedFault(try read("{do: {token: expired, times: 1}}"), at: 0)
        #expect(armed.meets(exchange(path: "/metadata/instance", audience: nil), at: 1) == nil)
        #expect(armed.acted == 0 && !armed.isOver)
        #expect(armed.meets(exchange(), at: 2) != nil)
        #expect(armed.acted == 1 && armed.isOver)
    }

    @Test("requests that do not fit are neither met nor counted")
    func matching() throws {
        var armed = ArmedFault(try read("{match: {pod: default/web}, do: {status: 500, times: 1}}"), at: 0)
        #expect(armed.meets(exchange(pod: "default/other"), at: 1) == nil)
        #expect(armed.met == 0 && !armed.isOver)
        #expect(armed.meets(exchange(pod: "default/web"), at: 2) != nil)
        #expect(armed.met == 1 && armed.acted == 1 && armed.isOver)
    }

    @Test(
        "each part of a match lets through what it names and nothing else",
        arguments: [
            ("sources: [imds, nmi]", exchange(.nmi), exchange(.authority)),
            ("address: 10.244.0.5", exchange(), exchange(address: "10.244.0.6")),
            ("pod: default/web", exchange(pod: "default/web"), exchange(pod: nil)),
            ("audience: https://Vault.azure.net/", exchange(), exchange(audience: "https://storage.azure.com")),
            ("audience: https://vault.azure.net", exchange(audience: "https://vault.azure.net/"), exchange(audience: nil)),
            ("identity: Reader", exchange(identity: ["reader", "1a2b"]), exchange(identity: ["writer"])),
            ("path: /metadata/instance*", exchange(path: "/metadata/instance/compute"), exchange()),
            ("path: /metadata/instance", exchange(path: "/metadata/instance"), exchange(path: "/metadata/instance/compute")),
        ])
    func parts(match: String, fits: FaultExchange, doesNot: FaultExchange) throws {
        let fault = try read("{match: {\(match)}, do: {status: 500}}")
        var armed = ArmedFault(fault, at: 0)
        #expect(armed.meets(doesNot, at: 1) == nil)
        #expect(armed.meets(fits, at: 1) != nil)
    }
}
