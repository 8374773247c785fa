import WireFormats

/// What a client takes an entry of `NO_PROXY` to mean.
struct ProxyExemption: Sendable {
    /// Where `*` exempts everything.
    enum Star: Sendable {
        case never
        /// Only as the whole value.
        case alone
        case anyEntry
    }

    /// What a name exempts besides itself.
    enum Names: Sendable {
        /// What is below it, whether it begins with a dot or not.
        case andBelow
        /// What is below it only if it begins with a dot.
        case andBelowIfDotted
        /// What is below it; one that begins with a dot (or `*.`) does not exempt itself.
        case andBelowUnlessDotted
    }

    let star: Star
    let names: Names
    /// Whether `169.254.0.0/16` is understood.
    var readsNetworks = false
    /// Whether an entry may end in a port, which must be the request's.
    var readsPorts = false
    /// Whether loopback never goes through a proxy.
    var sparesLoopback = false
    var separatesAtBlanks = false
    /// Whether an address is no name: otherwise `254` exempts 169.254.169.254 as `com` does example.com.
    var tellsAddressesFromNames = false

    /// Whether requests to a host and port go past the proxy.
    func exempts(_ host: String, port: String, by value: String) -> Bool {
        let host = host.lowercased()
        let address = IPv4.parse(host)
        if sparesLoopback, host == "localhost" || host == "::1" || address.map({ $0 >> 24 == 127 }) == true { return true }
        if star == .alone, value == "*" { return true }
        return value.split { $0 == "," || (separatesAtBlanks && $0 == " ") }.contains { part in
            var entry = part.filter { $0 != " " && $0 != "\t" }.lowercased()
            if readsPorts, entry.hasSuffix(":" + port) { entry.removeLast(port.count + 1) }
            guard !entry.isEmpty else { return false }
            return entry == host || (entry == "*" && star == .anyEntry) || covers(entry, host, address)
        }
    }

    private func covers(_ entry: String, _ host: String, _ address: UInt32?) -> Bool {
        if address == nil || !tellsAddressesFromNames, covers(entry, name: host) { return true }
        guard let address else { return false }
        let parts = entry.split(separator: "/", maxSplits: 1).map(String.init)
        guard readsNetworks, parts.count == 2, let network = IPv4.parse(parts[0]), let bits = UInt32(parts[1]), (1...32).contains(bits)
        else {
            return false
        }
        return (address ^ network) >> (32 - bits) == 0
    }

    private func covers(_ entry: String, name host: String) -> Bool {
        let isDotted = entry.hasPrefix(".") || (names == .andBelowUnlessDotted && entry.hasPrefix("*."))
        let name = isDotted ? String(entry.drop { $0 == "*" || $0 == "." }) : entry
        guard !name.isEmpty else { return false }
        return switch names {
        case .andBelow: host == name || host.hasSuffix("." + name)
        case .andBelowIfDotted: isDotted && (host == name || host.hasSuffix("." + name))
        case .andBelowUnlessDotted: (!isDotted && host == name) || host.hasSuffix("." + name)
        }
    }
}
