import Testing
import WireFormats

@testable import Interception

@Suite struct InstallTests {
    private let namespace: FreshNamespace
    private let table = TableOfOurs()
    private let tools: ScriptedTools
    private var local: LocalInterception { namespace.interception(tools) }

    init() throws {
        namespace = try FreshNamespace()
        let table = table
        tools = ScriptedTools(installed: ["nft", "ip"]) { table.answer($0) }
    }

    @Test("installing puts rules and setting in place, and tells both")
    func installs() throws {
        let changes = try local.install(.nmi, backend: nil)
        #expect(
            changes == [
                "nft: forwarded calls to 169.254.169.254:80 go to 127.0.0.1:2579", "net.ipv4.conf.all.route_localnet: 0 -> 1",
            ])
        #expect(table.listed == NftablesRules.installation(of: .nmi))
        #expect(try namespace.value("conf/all/route_localnet") == "1")
        #expect(try local.status().isInPlace)
    }

    @Test("a second installation changes nothing")
    func idempotent() throws {
        _ = try local.install(.nmi, backend: nil)
        let before = tools.scripts
        #expect(try local.install(.nmi, backend: nil) == [])
        #expect(tools.scripts == before)
    }

    @Test("removing puts everything back and leaves no record")
    func removes() throws {
        _ = try local.install(.nmi, backend: nil)
        _ = try local.remove(.noted)
        #expect(table.listed == "")
        #expect(try namespace.value("conf/all/route_localnet") == "0")
        #expect(!namespace.hasRecord)
        #expect(try local.remove(.noted) == [])
        #expect(try !local.status().isInPlace)
    }

    @Test("a setting that was on before stays on")
    func earlierSetting() throws {
        try namespace.set("conf/all/route_localnet", "1")
        _ = try local.install(.nmi, backend: nil)
        _ = try local.remove(.noted)
        #expect(try namespace.value("conf/all/route_localnet") == "1")
    }

    @Test("rules that somebody took away are put back, and the values from before are still known")
    func putBack() throws {
        _ = try local.install(.nmi, backend: nil)
        table.vanish()
        #expect(try !local.status().isInPlace)
        #expect(try local.install(.nmi, backend: nil).count == 1)
        try namespace.set("conf/all/route_localnet", "0")
        #expect(try !local.status().isInPlace)
        #expect(try local.install(.nmi, backend: nil) == ["net.ipv4.conf.all.route_localnet: 0 -> 1"])
        _ = try local.remove(.noted)
        #expect(try namespace.value("conf/all/route_localnet") == "0")
    }

    @Test("forwarding is put back with what the kernel changes along with it")
    func forwarding() throws {
        let plan = InterceptionPlan(redirections: [.forwarded(to: .init(address: 0x0A4E_0001, port: 2579))])
        try namespace.set("conf/eth0/forwarding", "1")
        _ = try local.install(plan, backend: nil)
        #expect(try namespace.value("ip_forward") == "1")
        // As the kernel does.
        try namespace.set("conf/default/forwarding", "1")
        try namespace.set("conf/all/accept_redirects", "0")
        _ = try local.remove(.noted)
        #expect(try namespace.value("ip_forward") == "0")
        #expect(try namespace.value("conf/default/forwarding") == "0")
        #expect(try namespace.value("conf/eth0/forwarding") == "1")
        #expect(try namespace.value("conf/all/accept_redirects") == "1")
    }

    @Test("when the tool refuses, its words and the remedy are told and nothing is left")
    func refusal() throws {
        let refusing = ScriptedTools(installed: ["nft"]) { call in
            call.input.contains("chain") ? .refused("Error: Could not process rule: Operation not permitted\n") : .said("")
        }
        let error = #expect(throws: InterceptionError.self) { try namespace.interception(refusing).install(.nmi, backend: nil) }
        let text = "\(try #require(error))"
        #expect(text.contains("nft ended with status 1: Error: Could not process rule: Operation not permitted"))
        #expect(text.contains("NET_ADMIN"))
        #expect(try namespace.value("conf/all/route_localnet") == "0")
        #expect(!namespace.hasRecord)
    }

    @Test("without a record, what carries our names goes only when that is asked for")
    func lostRecord() throws {
        _ = try local.install(.nmi, backend: nil)
        let other = namespace.interception(tools, boot: "second")
        #expect(try other.remove(.noted) == [])
        #expect(table.listed != "")
        #expect(try other.remove(.named) == ["nft: table ip understudy removed"])
        #expect(table.listed == "")
    }

    @Test("chains that nothing tells are ours are neither replaced nor, after the failure, removed")
    func foreignChains() throws {
        let saved = "*nat\n:PREROUTING ACCEPT [0:0]\n:aad-metadata - [0:0]\n-A PREROUTING -j aad-metadata\nCOMMIT\n"
        let tools = ScriptedTools(installed: ["iptables-restore"]) { _ in .said(saved) }
        #expect(throws: InterceptionError.foreignChains(names: ["aad-metadata"])) {
            try namespace.interception(tools).install(.nmi, backend: nil)
        }
        #expect(tools.scripts == [])
    }

    @Test("a failure to look leaves in place what is in place")
    func failureToLook() throws {
        _ = try local.install(.nmi, backend: nil)
        let blind = ScriptedTools(installed: ["nft"]) { _ in .refused("Error: no memory") }
        #expect(throws: InterceptionError.self) { try namespace.interception(blind).install(.nmi, backend: nil) }
        #expect(try local.status().isInPlace)
    }

    @Test("without a tool it names both and the package")
    func noTool() {
        let error = #expect(throws: InterceptionError.self) {
            try namespace.interception(ScriptedTools(installed: [])).install(.nmi, backend: nil)
        }
        #expect(error?.description.contains("nft or iptables-restore") == true)
        #expect(error?.description.contains("apt-get install nftables") == true)
    }

    @Test("the record of an earlier boot is void")
    func earlierBoot() throws {
        _ = try local.install(.nmi, backend: nil)
        table.vanish()
        try namespace.set("conf/all/route_localnet", "0")
        let rebooted = namespace.interception(tools, boot: "second")
        #expect(try !rebooted.status().isNoted)
        #expect(try rebooted.remove(.noted) == [])
    }

    @Test("an address that is there already is not taken away")
    func heldAddress() throws {
        let plan = InterceptionPlan(redirections: [], holdsAddress: true)
        let holding = namespace.interception(tools, addresses: { [0xA9FE_A9FE] })
        #expect(try holding.install(plan, backend: nil) == [])
        #expect(try holding.remove(.noted) == [])
        #expect(!tools.calls.contains { $0.tool == "ip" })
    }

    @Test("an address is put on loopback and taken from it")
    func address() throws {
        let plan = InterceptionPlan(redirections: [], holdsAddress: true)
        _ = try local.install(plan, backend: nil)
        _ = try namespace.interception(tools, addresses: { [0xA9FE_A9FE] }).remove(.noted)
        #expect(
            tools.calls.filter { $0.tool == "ip" }.map(\.arguments) == [
                ["address", "add", "169.254.169.254/32", "dev", "lo", "scope", "host"],
                ["address", "delete", "169.254.169.254/32", "dev", "lo"],
            ])
    }

    @Test("a record is read as it was written")
    func record() {
        var record = InterceptionRecord(boot: "b")
        record.backend = .iptables
        record.listing = "*nat\n:aad-metadata\n"
        record.lines = ["one", "two"]
        record.note([.init(path: "ip_forward", value: "0")])
        record.note([.init(path: "ip_forward", value: "1")])
        record.scaffold = IptablesScaffold(lines: ["nat", "nat OUTPUT"])
        record.addresses = [0xA9FE_A9FE]
        #expect(InterceptionRecord(record.document) == record)
        #expect(record.settings.map(\.value) == ["0"])
        #expect(InterceptionRecord(["boot": "b"]) == nil)
    }
}

@Suite struct ToolTests {
    private let tools = ToolRunner.live(path: "")

    @Test("output, errors and status are captured, and input is handed over")
    func captured() throws {
        let result = try tools.run(ToolCall("sh", "-c", "cat; echo wrong >&2; exit 3", input: "given"))
        #expect(result == ToolResult(status: 3, output: "given", errors: "wrong\n"))
        #expect(result.message == "wrong")
    }

    @Test("more than a pipe holds is read")
    func muchOutput() throws {
        #expect(try tools.output(ToolCall("sh", "-c", "head -c 300000 /dev/zero")).utf8.count == 300_000)
    }

    @Test("arguments are not read by a shell")
    func noShell() throws {
        #expect(try tools.output(ToolCall("printf", "%s", "$HOME; `id`")) == "$HOME; `id`")
    }

    @Test("what does not end in time is killed and named")
    func timeLimit() {
        #expect(throws: InterceptionError.toolTimedOut(tool: "sleep", seconds: 1)) {
            try ChildProcess.run("/bin/sleep", ToolCall("sleep", "600"), path: "/bin", timeLimitSeconds: 1)
        }
    }

    @Test("a program that is not there is named")
    func absent() {
        #expect(throws: InterceptionError.missingTool(names: ["no-such-tool"])) { try tools.run(ToolCall("no-such-tool")) }
    }

    @Test("an unknown namespace is named with what is allowed")
    func unknownNamespace() async {
        let error = await #expect(throws: InterceptionError.self) { try await NetworkNamespace.run("no-such-namespace") { 1 } }
        #expect(error?.description.contains("there is no /run/netns/no-such-namespace") == true)
        #expect(error?.description.contains("ip netns list") == true)
    }

    @Test("the same namespace has the same identity on every thread")
    func identity() async throws {
        let here = try NetworkNamespace.identity()
        #expect(try await NetworkNamespace.run(nil) { () throws(InterceptionError) in try NetworkNamespace.identity() } == here)
    }
}
