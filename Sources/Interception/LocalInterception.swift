import WireFormats

/// Interception in the network namespace of the calling thread: one step after the other, each undone when a later one fails.
struct LocalInterception: Sendable {
    let tools: ToolRunner
    let settings: KernelSettings
    let records: RecordFile
    let addresses: @Sendable () -> Set<UInt32>

    /// Brings the namespace into the state that the plan describes; what is so already stays untouched.
    ///
    /// - Parameter wanted: the backend; nil for the one that is in use or, without one, the first whose tool is installed.
    /// - Returns: what was changed, a line each.
    func install(_ plan: InterceptionPlan, backend wanted: InterceptionBackend?) throws(InterceptionError) -> [String] {
        let survey = try survey(plan, wanted)
        do {
            return try carryOut(survey, plan)
        } catch {
            _ = try? remove(.noted)
            throw error
        }
    }

    /// What there is, and so what is to be done; nothing is changed to find out.
    private struct Survey {
        var record: InterceptionRecord
        /// Where the rules are to be put; nil when they are in place.
        var table: RuleTable?
        /// Where rules of the plan before are, if another backend put them there.
        var abandoned: RuleTable?
        var addsAddress: Bool
        var settings: [KernelSetting]
        /// Whether there will be more to undo than the record tells now.
        var isNews = false
    }

    private func survey(_ plan: InterceptionPlan, _ wanted: InterceptionBackend?) throws(InterceptionError) -> Survey {
        let before = try records.load()
        var survey = try survey(plan, wanted, before)
        survey.isNews = survey.record != before
        return survey
    }

    private func survey(
        _ plan: InterceptionPlan, _ wanted: InterceptionBackend?, _ before: InterceptionRecord
    ) throws(InterceptionError) -> Survey {
        let local = addresses()
        var survey = Survey(
            record: before, addsAddress: plan.holdsAddress && !local.contains(plan.metadata.address),
            settings: plan.settings(isLocal: local.contains))
        survey.record.note(try settings.before(survey.settings))
        if survey.addsAddress, !survey.record.addresses.contains(plan.metadata.address) {
            survey.record.addresses.append(plan.metadata.address)
        }
        guard !plan.redirections.isEmpty else { return survey }
        survey.record.lines = plan.redirectionLines

        let table = RuleTable(backend: try backend(wanted ?? before.backend), tools: tools)
        let listing = try table.listing()
        if table.backend == .iptables, before.backend == nil, !listing.isEmpty { throw .foreignChains(names: try table.names()) }
        guard before.backend != table.backend || before.listing != listing || before.lines != plan.redirectionLines else { return survey }
        if let old = before.backend, old != table.backend { survey.abandoned = RuleTable(backend: old, tools: tools) }
        survey.table = table
        survey.record.backend = table.backend
        survey.record.scaffold = survey.record.scaffold.union(try table.missingScaffold(for: plan))
        return survey
    }

    private func carryOut(_ survey: Survey, _ plan: InterceptionPlan) throws(InterceptionError) -> [String] {
        var record = survey.record
        var changes: [String] = []
        if survey.isNews { try records.save(record) }
        if survey.addsAddress {
            try tools.output(ToolCall("ip", "address", "add", "\(plan.metadata.host)/32", "dev", "lo", "scope", "host"))
            changes.append("\(plan.metadata.host)/32 added to loopback")
        }
        if let table = survey.table {
            try survey.abandoned?.remove()
            // Before the kernel routes anything to loopback, so that the rule that guards it is there first.
            try table.install(plan)
            record.listing = try table.listing()
            try records.save(record)
            changes += plan.redirectionLines.map { "\(table.backend.rawValue): \($0)" }
        }
        return changes + (try settings.apply(survey.settings.map { ($0.path, $0.value) }))
    }

    /// What is taken away.
    enum Extent {
        /// What the record tells.
        case noted
        /// Without a record, also what carries our names: the record was lost, or somebody else uses those names, such as NMI itself.
        case named
    }

    /// Puts everything back as it was before.
    ///
    /// Each part is tried whatever becomes of the others, and what could not be undone stays in the record.
    ///
    /// - Returns: what was changed, a line each.
    func remove(_ extent: Extent) throws(InterceptionError) -> [String] {
        var record = try records.load()
        var changes: [String] = []
        var failures: [InterceptionError] = []
        func attempt(_ step: () throws(InterceptionError) -> Void) {
            do { try step() } catch { failures.append(error) }
        }
        attempt { () throws(InterceptionError) in
            // The settings of an interface go with it.
            changes += try settings.apply(record.settings.filter { settings.has($0.path) }.map { ($0.path, $0.value) })
            record.settings = []
        }
        let named = extent == .named && record.backend == nil ? InterceptionBackend.allCases.filter { tools.has($0.tool) } : []
        for backend in record.backend.map({ [$0] }) ?? named {
            attempt { () throws(InterceptionError) in
                let table = RuleTable(backend: backend, tools: tools)
                let names = try table.names()
                if !names.isEmpty {
                    try table.remove()
                    changes.append("\(backend.rawValue): \(names.joined(separator: ", ")) removed")
                }
                try table.remove(record.scaffold)
                record.backend = nil
                record.scaffold = IptablesScaffold()
            }
        }
        for address in record.addresses {
            attempt { () throws(InterceptionError) in
                let host = IPv4.text(address)
                if addresses().contains(address) {
                    try tools.output(ToolCall("ip", "address", "delete", "\(host)/32", "dev", "lo"))
                    changes.append("\(host)/32 taken from loopback")
                }
                record.addresses.removeAll { $0 == address }
            }
        }
        attempt { () throws(InterceptionError) in try records.save(record) }
        if let first = failures.first { throw first }
        return changes
    }

    /// What is in place, as it was put there.
    func status() throws(InterceptionError) -> InterceptionStatus {
        let record = try records.load()
        guard !record.isEmpty else { return InterceptionStatus(isInPlace: false, isNoted: false, lines: ["nothing is redirected here"]) }
        var missing: [String] = []
        if let backend = record.backend, try RuleTable(backend: backend, tools: tools).listing() != record.listing || record.listing.isEmpty
        {
            missing.append("the rules are gone or were changed")
        }
        for setting in [KernelSetting.routeLocalnet, .forwarding] where record.settings.contains(where: { $0.path == setting.path }) {
            if try !settings.before([setting]).isEmpty { missing.append("\(setting.name) is not \(setting.value)") }
        }
        let held = addresses()
        for address in record.addresses where !held.contains(address) {
            missing.append("\(IPv4.text(address)) is not an address here")
        }
        let rules = record.lines.map { "\(record.backend.map { "\($0.rawValue): " } ?? "")\($0)" }
        let lines = rules + record.addresses.map { "\(IPv4.text($0)) is an address of loopback" }
        return InterceptionStatus(isInPlace: missing.isEmpty, isNoted: true, lines: lines + missing.map { "but \($0)" })
    }

    private func backend(_ wanted: InterceptionBackend?) throws(InterceptionError) -> InterceptionBackend {
        if let wanted {
            guard tools.has(wanted.tool) else { throw .missingTool(names: [wanted.tool]) }
            return wanted
        }
        guard let found = InterceptionBackend.allCases.first(where: { tools.has($0.tool) }) else {
            throw .missingTool(names: InterceptionBackend.allCases.map(\.tool))
        }
        return found
    }
}
