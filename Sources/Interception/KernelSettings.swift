/// Reads and writes kernel settings of the calling thread's network namespace.
struct KernelSettings: Sendable {
    /// `/proc/sys/net/ipv4`, or a directory that stands in for it in a test.
    let root: String

    static let live = Self(root: "/proc/sys/net/ipv4")

    /// The settings of `wanted` that have another value now, with what the kernel changes along with them.
    func before(_ wanted: [KernelSetting]) throws(InterceptionError) -> [InterceptionRecord.EarlierSetting] {
        var earlier: [InterceptionRecord.EarlierSetting] = []
        for setting in wanted {
            let value = try read(setting.path)
            guard value != setting.value else { continue }
            earlier.append(.init(path: setting.path, value: value))
            for path in companions(of: setting) { earlier.append(.init(path: path, value: try read(path))) }
        }
        return earlier
    }

    /// Gives each setting its value, unless it has it.
    ///
    /// - Returns: what was changed, a line each.
    func apply(_ wanted: [(path: String, value: String)]) throws(InterceptionError) -> [String] {
        var changes: [String] = []
        for (path, value) in wanted {
            let now = try read(path)
            guard now != value else { continue }
            do {
                try SmallFile.write("\(root)/\(path)", value)
            } catch {
                throw .setting(name: KernelSetting.name(ofPath: path), reason: "\(error)", isForbidden: error.isForbidden)
            }
            changes.append("\(KernelSetting.name(ofPath: path)): \(now) -> \(value)")
        }
        return changes
    }

    /// Whether it is there at all: an interface's settings go with the interface.
    func has(_ path: String) -> Bool { (try? SmallFile.read("\(root)/\(path)")) != nil }

    /// Writing `ip_forward` also writes the forwarding of every interface, and whether redirects are accepted (the kernel's
    /// `inet_forward_change`); the settings of interfaces that come later follow `conf/default`.
    private func companions(of setting: KernelSetting) -> [String] {
        guard setting == .forwarding else { return [] }
        let interfaces = SmallFile.names(in: "\(root)/conf").filter { $0 != "all" }
        return ["conf/all/accept_redirects"] + interfaces.map { "conf/\($0)/forwarding" }
    }

    private func read(_ path: String) throws(InterceptionError) -> String {
        do {
            return try SmallFile.read("\(root)/\(path)").filter { !$0.isNewline }
        } catch {
            throw .setting(name: KernelSetting.name(ofPath: path), reason: "\(error)", isForbidden: error.isForbidden)
        }
    }
}
