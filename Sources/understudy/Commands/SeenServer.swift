import Diagnosis
import Surroundings
import WireFormats

/// What a running server told `doctor` of itself.
struct SeenServer: Sendable {
    /// Nil when no server answers as Understudy.
    let status: JSONValue?
    /// Both clocks at one moment.
    var clock: (host: UnixSeconds, server: ServerClock)?
    /// PEM.
    var caCertificate: String?
    var findings: [Finding] = []
    /// The host by which a server elsewhere is reached, for it tells its listeners as loopback; nil for one on this host.
    private let host: String?

    /// A server whose control listener is at `base`.
    init(status: JSONValue, at base: String) {
        self.status = status
        host = OutsideURL.isOwn(base) ? nil : Self.host(of: base)
    }

    /// No server, and why.
    init(problem: Finding) {
        (status, host) = (nil, nil)
        findings = [problem]
    }

    /// The URL of a listener, as it is reached from here.
    func url(_ name: String) -> String? { status?[name]?.text.map(reached) }

    /// The URLs that workloads may ask.
    var listeners: [String] {
        let sources = if case .object(let members) = status?["sources"] { members.compactMap(\.value.text) } else { [String]() }
        return ["metadata", "nodeMetadata", "authority"].compactMap(url) + sources.map(reached)
    }

    private func reached(_ url: String) -> String { host.flatMap { OutsideURL.url(url, host: $0) } ?? url }

    /// `understudy` of `http://understudy:8181`; one of IPv6 keeps its brackets.
    private static func host(of base: String) -> String? {
        guard let separator = base.firstRange(of: "://") else { return nil }
        let place = base[separator.upperBound...].prefix { $0 != "/" }
        return String(place.hasPrefix("[") ? place.prefix { $0 != "]" } + "]" : place.prefix { $0 != ":" })
    }
}
