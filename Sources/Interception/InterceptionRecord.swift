import WireFormats

/// What interception changed in one network namespace, so that it can be undone exactly, by another process if need be.
///
/// Written before anything is changed. Rules and chains are recognised by their names; what has no name of ours is told here.
struct InterceptionRecord: Hashable, Sendable {
    /// Which boot of the machine; a record of another is void, for its namespaces are gone.
    var boot: String
    /// What put the rules there; nil when there are none.
    var backend: InterceptionBackend?
    /// The backend's listing of our rules when they were put there.
    var listing = ""
    /// What is in place, for people.
    var lines: [String] = []
    /// Kernel settings before, as paths below `/proc/sys/net/ipv4`, in the order in which they are put back.
    var settings: [EarlierSetting] = []
    /// Built-in chains that iptables made for our rules: iptables itself never takes them away.
    var scaffold = IptablesScaffold()
    /// Addresses that were put on loopback.
    var addresses: [UInt32] = []

    /// A kernel setting as it was.
    struct EarlierSetting: Hashable, Sendable {
        let path: String
        let value: String
    }

    init(boot: String) { self.boot = boot }

    /// Whether there is nothing to undo.
    var isEmpty: Bool { backend == nil && settings.isEmpty && scaffold.isEmpty && addresses.isEmpty }

    /// The settings as they were, where something else is wanted now.
    mutating func note(_ earlier: [EarlierSetting]) {
        // What stands here already is older, and so nearer to what was there before us.
        settings += earlier.filter { new in !settings.contains { $0.path == new.path } }
    }
}

extension InterceptionRecord {
    /// As it stands in its file.
    var document: JSONValue {
        [
            "boot": .string(boot), "backend": .string(backend?.rawValue ?? ""), "listing": .string(listing), "lines": .strings(lines),
            "settings": .array(settings.map { ["path": .string($0.path), "value": .string($0.value)] }),
            "scaffold": .strings(scaffold.lines.sorted()), "addresses": .strings(addresses.map(IPv4.text)),
        ]
    }

    /// Reads what ``document`` wrote; nil for anything else.
    init?(_ document: JSONValue) {
        func texts(_ name: String) -> [String]? { document[name]?.elements.map { $0.compactMap(\.text) } }
        guard let boot = document["boot"]?.text, let backend = document["backend"]?.text, let listing = document["listing"]?.text,
            let lines = texts("lines"), let settings = document["settings"]?.elements, let scaffold = texts("scaffold"),
            let addresses = texts("addresses")
        else { return nil }
        self.boot = boot
        self.backend = InterceptionBackend(rawValue: backend)
        self.listing = listing
        self.lines = lines
        self.scaffold = IptablesScaffold(lines: Set(scaffold))
        self.addresses = addresses.compactMap(IPv4.parse)
        self.settings = settings.compactMap { setting in
            guard let path = setting["path"]?.text, let value = setting["value"]?.text else { return nil }
            return EarlierSetting(path: path, value: value)
        }
    }
}
