import WireFormats

/// Variables as they are pasted into a shell, PowerShell, Compose or Kubernetes.
struct EnvironmentBlock {
    /// Said first, each on a line of its own.
    var notes: [String] = []
    /// What is not to be set.
    var absent: [String] = []
    /// What is to be set, in order.
    var variables: [(name: String, value: String)] = []

    /// What makes clients that read variables trust a CA: most languages the first, Python's requests the second, Node the third.
    static func trust(_ caFile: String) -> [(name: String, value: String)] {
        ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"].map { ($0, caFile) }
    }

    /// The block for whoever reaches this host by a name; without one it says what a container would be missing.
    func reaching(_ host: String?, from target: EnvCommand.Target) -> EnvironmentBlock {
        var block = self
        if let host {
            block.variables = variables.map { ($0.name, OutsideURL.url($0.value, host: host) ?? $0.value) }
        } else if target.isContainer, variables.contains(where: { OutsideURL.isOwn($0.value) }) {
            block.notes.append(
                "Loopback leads here only where this network is shared; else serve on 0.0.0.0:PORT and name this host with --host NAME.")
        }
        return block
    }

    /// The lines for a place.
    func lines(for target: EnvCommand.Target) -> [String] {
        notes.map { "# \($0)" } + absence(for: target) + assignments(for: target)
    }

    private func assignments(for target: EnvCommand.Target) -> [String] {
        switch target {
        case .shell: variables.map { "export \($0.name)=\(ShellText.quoted($0.value))" }
        case .powershell: variables.map { "$env:\($0.name) = \(ShellText.quotedForPowerShell($0.value))" }
        case .compose: ["environment:"] + variables.map { "  \($0.name): \(ShellText.quotedForYAML($0.value))" }
        case .kubernetes: ["env:"] + variables.map { "  - {name: \($0.name), value: \(ShellText.quotedForYAML($0.value))}" }
        }
    }

    /// A shell may have inherited a variable; a container has what its manifest says.
    private func absence(for target: EnvCommand.Target) -> [String] {
        guard !absent.isEmpty else { return [] }
        return switch target {
        case .shell: ["unset \(absent.joined(separator: " "))"]
        case .powershell: absent.map { "Remove-Item Env:\($0) -ErrorAction SilentlyContinue" }
        case .compose, .kubernetes: ["# Leave unset: \(absent.joined(separator: ", "))"]
        }
    }
}
