import ManifestReading
import Surroundings
import WireFormats

extension Fault {
    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        name = metadata.name
        match = spec.nested("match") { Match(&$0) } ?? Match.everything
        start = Start.read(&spec)
        skip = spec.integer("skip", in: 0...1_000_000) ?? 0
        every = spec.integer("every", in: 1...1_000_000) ?? 1
        probability = spec.fraction("probability") ?? 1
        seed = spec.integer("seed", in: 0...Int.max).map { UInt64($0) } ?? Self.seed(of: metadata.name)
        let steps = spec.oneOrMore("do") { FaultStep(&$0) } ?? []
        if steps.isEmpty, !spec.has("do") { spec.missing("do", allowed: FaultStep.allowed) }
        // What neither says how often nor how long lasts, if nothing comes after it; else it is for one request.
        self.steps = steps.enumerated().map { $0 < steps.count - 1 && $1.isEndless ? $1.lasting(times: 1) : $1 }
        if steps.contains(where: { $0.action == .throttle }), match.sources != [.imds] {
            spec.complain(
                "do", found: "throttle where match.sources is not [imds]",
                allowed: "throttle with match.sources: [imds] alone, for of nobody else the limits are known")
        }
    }

    /// FNV-1a of the name, so that a manifest means the same in every run.
    private static func seed(of name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

extension Fault.Match {
    fileprivate static let everything = Self(sources: [], pod: nil, address: nil, identity: nil, audience: nil, path: nil)

    fileprivate init(_ reader: inout FieldReader) {
        var sources: Set<Fault.Source> = []
        for (index, name) in (reader.strings("sources") ?? []).enumerated() {
            guard let source = Fault.Source(rawValue: name) else {
                reader.complain(
                    "sources[\(index)]", found: "\"\(name)\"", allowed: Fault.Source.allCases.map(\.rawValue).joined(separator: ", "))
                continue
            }
            sources.insert(source)
        }
        self.sources = sources
        pod = reader.string("pod", allowed: "NAMESPACE/NAME") { NamespacedName(reference: $0) != nil }
            .flatMap(NamespacedName.init(reference:))
        address = reader.string("address", allowed: "an IPv4 or IPv6 address, such as 10.244.0.5") {
            IPv4.parse($0) != nil || $0.contains(":")
        }
        identity = reader.string("identity", allowed: "a name, client id, object id or ARM id") { !$0.isEmpty }?.lowercased()
        audience = reader.string("audience", allowed: "a resource, such as https://vault.azure.net") { !$0.isEmpty }
            .map(Self.canonicalAudience)
        path = reader.string("path", allowed: "a path, such as /metadata/instance or /metadata/*") { $0.hasPrefix("/") }?.lowercased()
    }

    /// A resource as it is compared: whether it ends in a slash, and how it is capitalised, tells no two apart here.
    package static func canonicalAudience(_ resource: String) -> String {
        let lower = resource.lowercased()
        return lower.hasSuffix("/") && lower.utf8.count > 1 ? String(lower.dropLast()) : lower
    }
}

extension Fault.Start {
    /// `from`: an instant, or how long after the fault came.
    fileprivate static func read(_ reader: inout FieldReader) -> Self? {
        if let text = reader.any("from")?.text, let instant = UnixSeconds(rfc3339: text) {
            if UnixSeconds.countable.contains(instant) { return .at(instant) }
            reader.complain("from", found: "\"\(text)\"", allowed: "an instant from 1970 to 2199")
            return nil
        }
        return reader.milliseconds("from", allowed: "\(FieldReader.durations), or an instant such as 2027-01-01T00:00:00Z")
            .map { .after(milliseconds: $0) }
    }
}

extension FaultStep {
    /// What a step may say, of which it says exactly one, for errors.
    static let allowed =
        "a mapping or a list of them, each with one of status, preset, stall, reset, truncate, retype or omit, token, throttle; or delay alone"

    private enum Preset: String, CaseIterable { case dockerDesktop = "docker-desktop" }

    init(_ reader: inout FieldReader) {
        delayMilliseconds = reader.milliseconds("delay") ?? 0
        times = reader.integer("times", in: 1...1_000_000)
        milliseconds = reader.milliseconds("for")
        var actions: [(name: String, action: Action)] = []
        if let answer = FaultAnswer(&reader) { actions.append(("status", .answer(answer))) }
        if reader.choice("preset", Preset.self) != nil { actions.append(("preset", .answer(.dockerDesktop))) }
        // Longer than any client waits, and not for ever.
        if let time = reader.switched("stall", default: 600_000, { $0.milliseconds("stall") }) {
            actions.append(("stall", .stall(milliseconds: time)))
        }
        if reader.bool("reset") == true { actions.append(("reset", .reset)) }
        if let bytes = reader.switched("truncate", default: -1, { $0.integer("truncate", in: 0...1_000_000) }) {
            actions.append(("truncate", .truncate(bytes: bytes < 0 ? nil : bytes)))
        }
        let (retype, omit) = (reader.strings("retype") ?? [], reader.strings("omit") ?? [])
        if !(retype + omit).isEmpty { actions.append((retype.isEmpty ? "omit" : "retype", .edit(retype: retype, omit: omit))) }
        if let token = reader.choice("token", FaultToken.self) { actions.append(("token", .token(token))) }
        if reader.bool("throttle") == true { actions.append(("throttle", .throttle)) }
        action = actions.first?.action ?? .pass
        if actions.count > 1 {
            reader.complain(
                actions[1].name, found: "a second thing to happen, besides \(actions[0].name)", allowed: "one thing a step: \(Self.allowed)"
            )
        } else if actions.isEmpty, !reader.has("delay"), !reader.has("pass"), reader.problems.isEmpty {
            reader.missing("status", allowed: "\(Self.allowed); or pass: true")
        }
        _ = reader.bool("pass")
    }

    private init(_ step: FaultStep, times: Int) {
        action = step.action
        delayMilliseconds = step.delayMilliseconds
        milliseconds = step.milliseconds
        self.times = times
    }

    fileprivate func lasting(times: Int) -> FaultStep { FaultStep(self, times: times) }
}

extension FaultAnswer {
    fileprivate init?(_ reader: inout FieldReader) {
        let status = reader.integer("status", in: 200...599)
        retryAfter = reader.integer("retryAfter", in: 0...86_400)
        headers = (reader.stringMap("headers") ?? [:]).sorted { $0.key < $1.key }.map { Header(name: $0.key, value: $0.value) }
        body = reader.string("body")
        contentType = reader.string("contentType")
        guard let status else {
            for name in ["retryAfter", "headers", "body", "contentType"] where reader.has(name) && !reader.has("status") {
                reader.complain(name, found: "a part of an answer", allowed: "status beside it")
            }
            return nil
        }
        self.status = status
        if contentType != nil, body == nil { reader.complain("contentType", found: "no body that it is of", allowed: "body beside it") }
    }
}

extension FieldReader {
    fileprivate static let durations = "a time such as 20s, 1500ms, 2m, or whole seconds"

    /// A length of time, in milliseconds, of no more than a day.
    fileprivate mutating func milliseconds(_ name: String, allowed: String = FieldReader.durations) -> Int? {
        guard let node = any(name) else { return nil }
        let found: Int? =
            switch node.value {
            case .number(let text):
                Int(text).map { $0.multipliedReportingOverflow(by: 1000) }.flatMap { $0.overflow ? nil : $0.partialValue }
            case .string(let text): Milliseconds.read(text)
            default: nil
            }
        guard let found, (0...86_400_000).contains(found) else {
            complain(name, found: node.shown, allowed: allowed)
            return nil
        }
        return found
    }

    /// A number from 0 to 1.
    fileprivate mutating func fraction(_ name: String) -> Double? {
        guard let node = any(name) else { return nil }
        guard case .number(let text) = node.value, let value = Double(text), (0...1).contains(value) else {
            complain(name, found: node.shown, allowed: "a number from 0 to 1")
            return nil
        }
        return value
    }

    /// Reads one mapping, or each of a list of them.
    fileprivate mutating func oneOrMore<Result>(_ name: String, _ body: (inout FieldReader) -> Result) -> [Result]? {
        any(name)?.members == nil ? nestedList(name, body) : nested(name, body).map { [$0] }
    }

    /// `true` for the usual, or a value of its own; false is as if absent.
    fileprivate mutating func switched<Value>(_ name: String, default usual: Value, _ read: (inout Self) -> Value?) -> Value? {
        guard case .bool(let isOn)? = any(name)?.value else { return read(&self) }
        return isOn ? usual : nil
    }
}

/// Lengths of time in text.
private enum Milliseconds {
    /// `1500ms`, `20s`, `2m`, `1h`; nil for anything else.
    static func read(_ text: String) -> Int? {
        for (unit, factor) in [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)] where text.hasSuffix(unit) {
            guard let count = Int(text.dropLast(unit.count)), count >= 0 else { continue }
            let (product, overflows) = count.multipliedReportingOverflow(by: factor)
            return overflows ? nil : product
        }
        return nil
    }
}
