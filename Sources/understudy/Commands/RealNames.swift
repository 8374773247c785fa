/// Lines that lead the clouds' real host names to the authority, so that clients need no other configuration than the CA.
enum RealNames {
    /// The lines for a place to paste them to.
    ///
    /// - Parameter authority: URL of the authority listener.
    static func lines(authority: String, for target: EnvCommand.Target) -> [String] {
        let (address, port) = address(of: authority)
        let names = KeyMaterial.cloudNames
        let note =
            port == "443"
            ? []
            : ["# Real names mean port 443; the authority listens on \(port). Start it with: understudy serve --authority \(address):443"]
        switch target {
        case .shell: return note + names.map { "\(address) \($0)" }
        case .powershell:
            return note + names.map { "Add-Content \"$env:windir\\System32\\drivers\\etc\\hosts\" '\(address) \($0)'" }
        case .compose:
            return [
                "# Of the container that runs understudy serve --authority 0.0.0.0:443:", "networks:", "  default:",
                "    aliases: [\(names.joined(separator: ", "))]", "# Or, when understudy runs on the host, of each other container:",
                "extra_hosts:",
            ] + names.map { "  - \"\($0):host-gateway\"" }
        case .kubernetes:
            return [
                "# Of a pod's spec; with understudy in the same pod the address is 127.0.0.1, else that of its Service.", "hostAliases:",
            ] + [
                "  - ip: \(ShellText.quotedForYAML(address))", "    hostnames: [\(names.joined(separator: ", "))]",
            ]
        }
    }

    /// Host and port of `https://host:port`, an IPv6 address without its brackets.
    private static func address(of url: String) -> (host: String, port: String) {
        let authority = url.dropFirst("https://".count).prefix { $0 != "/" }
        guard let colon = authority.lastIndex(of: ":") else { return (String(authority), "443") }
        return (String(authority[..<colon].filter { $0 != "[" && $0 != "]" }), String(authority[authority.index(after: colon)...]))
    }
}
