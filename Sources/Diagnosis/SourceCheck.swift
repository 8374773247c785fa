/// Whether variables lead SDKs to another source of managed identity than the running server.
public enum SourceCheck {
    /// Judges the variables by which SDKs choose a source (source: sdk-clients.md §2, §4).
    ///
    /// - Parameter ours: the URLs of the running server's listeners, without paths.
    public static func findings(environment: [String: String], ours: [String]) -> [Finding] {
        let names = ["IDENTITY_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"].filter { environment[$0]?.isEmpty == false }
        guard !names.isEmpty else { return [Finding(.source, .good, "no variable leads SDKs past 169.254.169.254")] }
        return names.map { name in
            let value = (environment[name] ?? "").prefix { $0 != "?" }
            if ours.contains(where: { value == $0 || value.hasPrefix($0 + "/") }) {
                return Finding(.source, .good, "\(name) leads SDKs to the running server")
            }
            // The one is set to lead here, by whatever name; the others mean a machine that has a source of its own.
            guard name != "AZURE_POD_IDENTITY_AUTHORITY_HOST", !ours.isEmpty else {
                return Finding(.source, .note, "\(name) leads SDKs to \(value), which is no address that a running server told")
            }
            return Finding(.source, .problem, "\(name) leads SDKs to \(value), which is not the running server", fix: "unset \(name)")
        }
    }
}
