/// Whether a proxy variable carries requests away that are meant for the metadata service or for the running server.
public enum ProxyCheck {
    /// Judges the environment.
    ///
    /// - Parameters:
    ///   - destinations: `http` and `https` URLs that workloads ask; what is no such URL is left out.
    ///   - environment: the workload's.
    public static func findings(to destinations: [String], environment: [String: String]) -> [Finding] {
        var seen: Set<String> = []
        let places = destinations.compactMap(Place.init).filter { seen.insert($0.origin).inserted }
        let swallowed = places.compactMap { place in takers(of: place, environment).map { (place, $0) } }
        guard !swallowed.isEmpty else {
            let names = variables.filter { environment[$0]?.isEmpty == false }
            return [
                Finding(
                    .proxy, .good,
                    names.isEmpty
                        ? "no proxy variable is set"
                        : "\(names.joined(separator: ", ")): set, and no request to the metadata service goes there")
            ]
        }
        let fix = exemption(of: swallowed.map(\.0.host), environment)
        return swallowed.map { place, takers in Finding(.proxy, .problem, "requests to \(place.origin) go to a proxy: \(takers)", fix: fix)
        }
    }

    private static let variables = ["http_proxy", "https_proxy", "all_proxy"].flatMap { [$0.uppercased(), $0] }

    /// Who is led to a proxy, and by what; nil when nobody is.
    private static func takers(of place: Place, _ environment: [String: String]) -> String? {
        var clients: [(variable: String, names: [String])] = []
        for reading in ProxyReading.all {
            guard let variable = reading.variable(for: place.scheme, in: environment),
                !reading.rule.exempts(place.host, port: place.port, by: reading.exemptions(in: environment) ?? "")
            else { continue }
            if let index = clients.firstIndex(where: { $0.variable == variable }) {
                clients[index].names.append(reading.clients)
            } else {
                clients.append((variable, [reading.clients]))
            }
        }
        guard !clients.isEmpty else { return nil }
        let exempted = environment["NO_PROXY"] ?? environment["no_proxy"]
        let why = exempted.map { "; they do not read NO_PROXY=\($0) as an exemption" } ?? ""
        return clients.map { "\($0.names.joined(separator: ", ")) by \($0.variable)" }.joined(separator: "; ") + why
    }

    /// Both spellings, for clients differ in which they read; what stands there already stays.
    private static func exemption(of hosts: [String], _ environment: [String: String]) -> String {
        let present = (environment["NO_PROXY"] ?? environment["no_proxy"] ?? "").split(separator: ",").map(String.init)
        let wanted = ["169.254.169.254", "127.0.0.1", "localhost"] + hosts
        var all: [String] = []
        for entry in present.filter({ $0 != "*" }) + wanted where !all.contains(entry) { all.append(entry) }
        return "export NO_PROXY=\(all.joined(separator: ",")) && export no_proxy=\"$NO_PROXY\""
    }

    /// Where a request goes.
    private struct Place {
        let scheme: String
        let host: String
        let port: String
        /// Without path and user information.
        let origin: String

        init?(_ url: String) {
            guard let separator = url.firstRange(of: "://") else { return nil }
            scheme = url[..<separator.lowerBound].lowercased()
            guard scheme == "http" || scheme == "https" else { return nil }
            let authority = url[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
            let bracket = place.hasPrefix("[") ? place.firstIndex(of: "]") : nil
            let name = bracket.map { place[place.index(after: place.startIndex)..<$0] } ?? place.prefix { $0 != ":" }
            let rest = bracket.map { place[place.index(after: $0)...] } ?? place.dropFirst(name.count)
            guard !name.isEmpty else { return nil }
            host = String(name)
            port = rest.hasPrefix(":") ? String(rest.dropFirst()) : scheme == "https" ? "443" : "80"
            origin = "\(scheme)://\(place)"
        }
    }
}
