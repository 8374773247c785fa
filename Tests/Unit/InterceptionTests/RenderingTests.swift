import Testing

@testable import Interception

@Suite struct RenderingTests {
    private static let node = InterceptionPlan(redirections: [.forwarded(to: .init(address: 0x7F00_0001, port: 2579))])

    @Test("the chain of forwarded calls is NMI's, line by line")
    func nmiChain() {
        let lines = IptablesRules(Self.node).installation(over: .empty).split(separator: "\n").map(String.init)
        // source: nmi.md §7
        #expect(
            lines.filter { $0.contains("aad-metadata") } == [
                ":aad-metadata - [0:0]",
                "-A aad-metadata ! -s 127.0.0.1/32 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1:2579",
                "-A aad-metadata -j RETURN", "-I PREROUTING 1 -j aad-metadata",
            ])
    }
}
