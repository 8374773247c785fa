import Testing

@testable import Interception

@Suite struct RenderingTests {
    private static let target = IPv4Endpoint(address: 0x7F00_0001, port: 2579)
    private static let host = IPv4Endpoint(address: 0x7F00_0001, port: 2580)

    @Test("the chain of forwarded calls is NMI's, line by line")
    func nmiChain() {
        let lines = IptablesRules(.nmi).installation(over: .empty).split(separator: "\n").map(String.init)
        // source: nmi.md §7
        #expect(
            lines.filter { $0.contains("aad-metadata") } == [
                ":aad-metadata - [0:0]",
                "-A aad-metadata ! -s 127.0.0.1/32 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1:2579",
                "-A aad-metadata -j RETURN", "-I PREROUTING 1 -j aad-metadata",
            ])
    }

    @Test("a pod's chains are azwi-proxy-init's")
    func sidecarChains() {
        let plan = InterceptionPlan(redirections: [.ownToSidecar(port: 8000, exceptUser: 1501)])
        // source: workload-identity.md §2.7
        #expect(
            IptablesRules(plan).installation(over: .empty) == """
                *nat
                :AZWI_PROXY_REDIRECT - [0:0]
                -A AZWI_PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 8000
                :AZWI_PROXY_OUTPUT - [0:0]
                -A AZWI_PROXY_OUTPUT -m owner --uid-owner 1501 -j ACCEPT
                -A AZWI_PROXY_OUTPUT -j AZWI_PROXY_REDIRECT
                -I OUTPUT 1 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j AZWI_PROXY_OUTPUT
                COMMIT

                """)
        #expect(!NftablesRules.installation(of: plan).contains("guard"))
    }

    @Test("nftables rules are one table that replaces itself in one transaction")
    func nftTable() {
        let plan = InterceptionPlan(redirections: [.forwarded(to: Self.target), .own(to: Self.host)])
        #expect(
            NftablesRules.installation(of: plan) == """
                add table ip understudy
                delete table ip understudy
                table ip understudy {
                \tchain forwarded {
                \t\ttype nat hook prerouting priority -110; policy accept;
                \t\tip saddr != 127.0.0.1 ip daddr 169.254.169.254 tcp dport 80 counter dnat to 127.0.0.1:2579
                \t}

                \tchain own {
                \t\ttype nat hook output priority -110; policy accept;
                \t\tip daddr 169.254.169.254 tcp dport 80 counter dnat to 127.0.0.1:2580
                \t}

                \tchain guard {
                \t\ttype filter hook input priority -10; policy accept;
                \t\tiifname != "lo" ip daddr 127.0.0.0/8 ct status & dnat == 0 counter drop
                \t}
                }

                """)
    }

    @Test("the host's own calls are redirected only when asked")
    func ownCalls() {
        #expect(!IptablesRules(.nmi).installation(over: .empty).contains("OUTPUT"))
        #expect(!NftablesRules.installation(of: .nmi).contains("hook output"))
    }

    @Test("another address and port to dial are taken in every rule")
    func otherMetadata() {
        let metadata = IPv4Endpoint(address: 0xC000_0201, port: 8080)
        let plan = InterceptionPlan(
            metadata: metadata, redirections: [.forwarded(to: Self.target), .own(to: Self.host)])
        for text in [IptablesRules(plan).installation(over: .empty), NftablesRules.installation(of: plan)] {
            #expect(!text.contains("169.254.169.254"))
            #expect(text.split(separator: "\n").filter { $0.contains("192.0.2.1") && $0.contains("8080") }.count == 2)
        }
    }

    @Test(
        "kernel settings follow from where forwarded calls go",
        arguments: [
            (Redirection.forwarded(to: target), [KernelSetting.routeLocalnet]),
            (.forwarded(to: .init(address: 0x0A4D_0001, port: 1)), []),
            (.forwarded(to: .init(address: 0x0A4E_0001, port: 1)), [.forwarding]),
            (.own(to: host), []), (.ownToSidecar(port: 8000, exceptUser: 1501), []),
        ])
    func settings(redirection: Redirection, wanted: [KernelSetting]) {
        let plan = InterceptionPlan(redirections: [redirection])
        #expect(plan.settings { $0 == 0x0A4D_0001 } == wanted)
    }

    @Test("a dot in an interface's name becomes a slash, as sysctl writes it")
    func settingNames() {
        #expect(KernelSetting.forwarding.name == "net.ipv4.ip_forward")
        #expect(KernelSetting.name(ofPath: "conf/eth0.100/forwarding") == "net.ipv4.conf.eth0/100.forwarding")
    }

    @Test("a rehearsal is a script with address, rules and settings")
    func rehearsal() {
        let plan = InterceptionPlan(redirections: [.forwarded(to: Self.target)], holdsAddress: true)
        let lines = InstallationScript(plan: plan, backend: .iptables, isLocal: { _ in false }).text.split(separator: "\n").map(String.init)
        #expect(lines.contains("ip address add 169.254.169.254/32 dev lo scope host"))
        #expect(lines.contains("iptables-restore --noflush <<'END'"))
        #expect(lines.last == "sysctl -w net.ipv4.conf.all.route_localnet=1")
    }
}
