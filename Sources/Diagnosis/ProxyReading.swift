import WireFormats

/// How one family of clients reads the proxy variables, as their sources have it.
///
/// No two agree: which case of a name counts, whether `ALL_PROXY` does, and what an entry of `NO_PROXY` may be.
struct ProxyReading: Sendable {
    /// Which spelling of a variable counts.
    enum Spelling: Sendable {
        /// The lower-case one, else the upper-case one.
        case lowerFirst
        /// The same, and an empty lower-case one switches the upper-case one off.
        case lowerEvenEmpty
        /// The upper-case one, else the lower-case one.
        case upperFirst
        /// The lower-case one alone.
        case lowerOnly
    }

    let clients: String
    /// The variables for plain HTTP and for HTTPS, the first that is set counting; lower case.
    let http: [(name: String, spelling: Spelling)]
    let https: [(name: String, spelling: Spelling)]
    let exemption: Spelling
    let rule: ProxyExemption

    /// The variable that names a proxy for a scheme, as it is spelt in the environment; nil when there is none.
    func variable(for scheme: String, in environment: [String: String]) -> String? {
        (scheme == "https" ? https : http).lazy.compactMap { Self.spelt($0.name, $0.spelling, environment) }.first
    }

    /// The value of the variable of exemptions; nil when there is none.
    func exemptions(in environment: [String: String]) -> String? {
        Self.spelt("no_proxy", exemption, environment).flatMap { environment[$0] }
    }

    private static func spelt(_ name: String, _ spelling: Spelling, _ environment: [String: String]) -> String? {
        let upper = name.uppercased()
        if spelling == .lowerEvenEmpty, environment[name]?.isEmpty == true { return nil }
        let order =
            switch spelling {
            case .lowerFirst, .lowerEvenEmpty: [name, upper]
            case .upperFirst: [upper, name]
            case .lowerOnly: [name]
            }
        return order.first { environment[$0]?.isEmpty == false }
    }

    /// Sources: urllib.request.getproxies_environment and requests.utils of requests 2; golang.org/x/net/http/httpproxy;
    /// System.Net.Http's HttpEnvironmentProxy; @typespec/ts-http-runtime's proxyPolicy; libcurl's url.c and noproxy.c.
    static let all: [Self] = [
        Self(
            clients: "Python", http: [("http_proxy", .lowerEvenEmpty), ("all_proxy", .lowerEvenEmpty)],
            https: [("https_proxy", .lowerEvenEmpty), ("all_proxy", .lowerEvenEmpty)], exemption: .lowerFirst,
            rule: ProxyExemption(star: .alone, names: .andBelow, readsNetworks: true)),
        Self(
            clients: "Go", http: [("http_proxy", .upperFirst)], https: [("https_proxy", .upperFirst)], exemption: .upperFirst,
            rule: ProxyExemption(star: .anyEntry, names: .andBelowUnlessDotted, readsNetworks: true, readsPorts: true, sparesLoopback: true)
        ),
        Self(
            clients: ".NET", http: [("http_proxy", .lowerFirst), ("all_proxy", .lowerFirst)],
            https: [("https_proxy", .lowerFirst), ("all_proxy", .lowerFirst)], exemption: .lowerFirst,
            rule: ProxyExemption(star: .never, names: .andBelowIfDotted)),
        // One proxy for both schemes.
        Self(
            clients: "JavaScript", http: [("https_proxy", .upperFirst), ("all_proxy", .upperFirst), ("http_proxy", .upperFirst)],
            https: [("https_proxy", .upperFirst), ("all_proxy", .upperFirst), ("http_proxy", .upperFirst)], exemption: .upperFirst,
            rule: ProxyExemption(star: .never, names: .andBelowIfDotted)),
        Self(
            clients: "C++ (libcurl)", http: [("http_proxy", .lowerOnly), ("all_proxy", .lowerFirst)],
            https: [("https_proxy", .lowerFirst), ("all_proxy", .lowerFirst)], exemption: .lowerFirst,
            rule: ProxyExemption(
                star: .alone, names: .andBelow, readsNetworks: true, separatesAtBlanks: true, tellsAddressesFromNames: true)),
    ]
}
