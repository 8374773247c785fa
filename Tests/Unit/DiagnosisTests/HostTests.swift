import Diagnosis
import Testing
import WireFormats

private let metadata = WantedListener(flag: "--metadata", host: "127.0.0.1", port: 2579)
private let status = "Name:\tx\nCapInh:\t0000000000000000\nCapEff:\t%\nSeccomp:\t0\n"

private func privileges(_ mask: String, start: String? = "1024\n") -> Privileges {
    Privileges(status: status.replacing("%", with: mask), unprivilegedPortStart: start)
}

private let none = privileges("0000000000000000")
private let administers = privileges("0000000000001000")
private let binds = privileges("0000000000000400")
private let closed = ObservedSetting(value: "0\n", isWritable: false)

@Suite struct HostTests {
    // MARK: Privileges

    @Test("reads the mask of effective capabilities, and takes what cannot be read for none")
    func capabilities() {
        #expect(privileges("000001ffffffffff").has(.administerNetwork) && privileges("000001ffffffffff").has(.bindService))
        #expect(administers.has(.administerNetwork) && !administers.has(.bindService))
        #expect(!Privileges(status: nil, unprivilegedPortStart: nil).has(.bindService))
    }

    private func problems(
        _ privileges: Privileges, _ setting: ObservedSetting = closed, of listener: WantedListener = metadata, intercepts: Bool = false,
        holdsAddress: Bool = false
    ) -> [String] {
        let wishes = PrivilegeCheck.Wishes(listeners: [listener], intercepts: intercepts, holdsAddress: holdsAddress)
        return PrivilegeCheck.findings(wishes, privileges: privileges, routeLocalnet: setting).filter { $0.verdict == .problem }.map(\.text)
    }

    @Test("a missing capability is a problem only for who asks for what needs it")
    func asked() {
        #expect(problems(none).isEmpty)
        #expect(problems(binds, holdsAddress: true) == ["--address: CAP_NET_ADMIN is missing"])
        let routed = ObservedSetting(value: "1", isWritable: false)
        #expect(problems(binds, routed, intercepts: true, holdsAddress: true) == ["--intercept and --address: CAP_NET_ADMIN is missing"])
    }

    @Test(
        "a low port needs its capability, unless the kernel was told otherwise",
        arguments: [(80, "1024", 1), (80, "80", 0), (80, "0", 0), (1023, "1024", 1), (1024, "1024", 0), (0, "1024", 0)])
    func lowPorts(port: Int, start: String, count: Int) {
        let listener = WantedListener(flag: "--metadata", host: "0.0.0.0", port: port)
        #expect(problems(privileges("0", start: start), of: listener).count == count)
        #expect(problems(binds, of: listener).isEmpty)
    }

    @Test("--address listens on port 80 besides")
    func address() {
        let told = problems(administers, holdsAddress: true)
        #expect(told == ["--address 169.254.169.254:80: port 80 needs CAP_NET_BIND_SERVICE, which is missing"])
    }

    @Test("sending calls on to loopback needs route_localnet, on or to be turned on; elsewhere it does not matter")
    func routeLocalnet() {
        #expect(problems(administers, intercepts: true).count == 1)
        #expect(problems(administers, ObservedSetting(value: "0", isWritable: true), intercepts: true).isEmpty)
        #expect(problems(administers, ObservedSetting(value: "1", isWritable: false), intercepts: true).isEmpty)
        #expect(problems(administers, of: WantedListener(flag: "--metadata", host: "10.0.0.1", port: 2579), intercepts: true).isEmpty)
        #expect(problems(administers).isEmpty)
    }

    // MARK: Ports

    private static let tcp = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:0A13 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000000000000000 100 0 0 10 0
           1: 0100007F:20FB 0100007F:D1F4 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1
           2: 0200000A:1FF5 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0
        nonsense
        """
    private static let tcp6 = """
          sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 00000000000000000000000000000000:20FB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4714 1
           1: 00000000000000000000000001000000:1FF5 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4715 1
           2: 0000000000000000FFFF00000100007F:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4716 1
        """

    private func taken(_ host: String, _ port: Int) -> UInt64? {
        let sockets = ListeningSocket.listening(in: Self.tcp) + ListeningSocket.listening(in: Self.tcp6)
        var asked: UInt64?
        let findings = PortCheck.findings(wanted: [WantedListener(flag: "--control", host: host, port: port)], sockets: sockets) {
            asked = $0
            return SocketHolder(processID: 42, command: "python3")
        }
        #expect(findings.count == 1 && (findings[0].verdict == .problem) == (asked != nil))
        return asked
    }

    @Test(
        "finds the socket that keeps a listener off, by address and family",
        arguments: [
            ("127.0.0.1", 2579, 4711), ("localhost", 2579, 4711), ("0.0.0.0", 2579, 4711), ("127.0.0.2", 2579, nil),
            ("127.0.0.1", 8443, 4714), ("10.0.0.2", 8181, 4713), ("127.0.0.1", 8181, nil), ("::1", 8181, 4715), ("::1", 2579, nil),
            ("127.0.0.1", 80, 4716), ("127.0.0.1", 0, nil), ("127.0.0.1", 9999, nil),
        ] as [(String, Int, UInt64?)])
    func sockets(host: String, port: Int, inode: UInt64?) {
        #expect(taken(host, port) == inode)
    }

    @Test("names the process, or the user whose process cannot be seen")
    func holder() {
        let sockets = ListeningSocket.listening(in: Self.tcp)
        let seen = PortCheck.findings(wanted: [metadata], sockets: sockets) { _ in SocketHolder(processID: 42, command: "python3") }
        #expect(
            seen.map(\.text) == ["127.0.0.1:2579 (--metadata) is taken by python3, process 42"] && seen[0].fix?.contains("kill 42") == true)
        let unseen = PortCheck.findings(wanted: [metadata], sockets: sockets) { _ in nil }
        #expect(unseen[0].text.contains("user 1000") && unseen[0].fix?.contains("as root") == true)
    }

    @Test("nothing is said where nothing is wanted; a finding's document has its fix only if there is one")
    func documents() {
        #expect(PortCheck.findings(wanted: [], sockets: []) { _ in nil }.isEmpty)
        #expect(Finding(.tokenFile, .good, "x").document.rendered() == #"{"check":"token-file","verdict":"ok","text":"x"}"#)
        #expect(Finding(.port, .problem, "x", fix: "y").document["fix"]?.text == "y")
    }
}
