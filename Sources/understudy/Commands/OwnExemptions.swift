/// What is asked past any proxy: the metadata address and this host.
enum OwnExemptions {
    private static let wanted = ["169.254.169.254", "127.0.0.1", "::1", "localhost"]

    /// A value of `NO_PROXY` that exempts these as well: what the user exempts stays, and nothing stands there twice.
    static func added(to environment: [String: String]) -> String {
        let present = environment["NO_PROXY"] ?? environment["no_proxy"] ?? ""
        var all: [Substring] = []
        for entry in present.split(separator: ",") + wanted.map({ $0[...] }) {
            let name = entry.drop { $0 == " " }.prefix { $0 != " " }
            if !name.isEmpty, !all.contains(name) { all.append(name) }
        }
        return all.joined(separator: ",")
    }
}
