import ArgumentParser
import WireFormats

/// The requests a fault meets, as flags; each is a field of `spec.match`.
struct FaultMatchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Who is asked: imds, nmi, authority, resource-manager, app-service, arc, service-fabric, cloud-shell, azure-ml. Repeatable.",
            valueName: "source"))
    var source: [String] = []

    @Option(help: ArgumentHelp("The pod that asks.", valueName: "namespace/name"))
    var pod: String?

    @Option(help: ArgumentHelp("The address that asks.", valueName: "address"))
    var address: String?

    @Option(help: ArgumentHelp("The identity asked about: name, client id, object id or ARM id.", valueName: "identity"))
    var identity: String?

    @Option(help: ArgumentHelp("The resource a token is asked for.", valueName: "resource"))
    var audience: String?

    @Option(help: ArgumentHelp("The path; one that ends in * is a beginning.", valueName: "path"))
    var path: String?

    var isGiven: Bool { !members.isEmpty }

    var members: [JSONMember] {
        var fields = FlagFields()
        fields.add("sources", source)
        fields.add("pod", pod)
        fields.add("address", address)
        fields.add("identity", identity)
        fields.add("audience", audience)
        fields.add("path", path)
        return fields.members
    }
}

/// What a fault does and when, as flags; each is a field of `spec` or of a step.
struct FaultActionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Answer with this status and what the source says with it.", valueName: "code"))
    var status: Int?

    @Option(help: ArgumentHelp("With --status: Retry-After.", valueName: "seconds"))
    var retryAfter: Int?

    @Option(help: ArgumentHelp("With --status: one more header line. Repeatable.", valueName: "name: value"))
    var header: [String] = []

    @Option(help: ArgumentHelp("With --status: a body in place of the source's own.", valueName: "text"))
    var body: String?

    @Option(help: ArgumentHelp("With --body: its type.", valueName: "type"))
    var contentType: String?

    @Flag(help: "Answer 403 as Docker Desktop's proxy does for 169.254.169.254.")
    var dockerDesktop = false

    @Option(help: ArgumentHelp("Hold the request for so long before what else happens.", valueName: "time"))
    var delay: String?

    @Option(help: ArgumentHelp("Hold the request for so long and then hang up.", valueName: "time"))
    var stall: String?

    @Flag(help: "Reset the connection.")
    var reset = false

    @Flag(help: "Send half of the body.")
    var truncate = false

    @Option(help: ArgumentHelp("Send so many bytes of the body.", valueName: "bytes"))
    var truncateAt: Int?

    @Option(help: ArgumentHelp("Send a JSON member as another type. Repeatable.", valueName: "member"))
    var retype: [String] = []

    @Option(help: ArgumentHelp("Leave a JSON member out. Repeatable.", valueName: "member"))
    var omit: [String] = []

    @Option(help: ArgumentHelp("Give a token that is expired or not-yet-valid.", valueName: "defect"))
    var token: String?

    @Flag(help: "With --source imds: throttle as the real service does.")
    var throttle = false

    @Option(help: ArgumentHelp("Act on so many requests (default: all).", valueName: "count"))
    var times: Int?

    @Option(name: .customLong("for"), help: ArgumentHelp("Act for so long from the first request met, or from --from.", valueName: "time"))
    var duration: String?

    @Option(help: ArgumentHelp("Begin so much later, or at an instant such as 2027-01-01T00:00:00Z.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("Let so many requests pass first.", valueName: "count"))
    var skip: Int?

    @Option(help: ArgumentHelp("Act on this request alone, counted from 1: --skip N-1 --times 1.", valueName: "number"))
    var nth: Int?

    @Option(help: ArgumentHelp("Act on every so-manieth request.", valueName: "count"))
    var every: Int?

    @Option(help: ArgumentHelp("Act on this share of the requests, from 0 to 1.", valueName: "share"))
    var probability: Double?

    @Option(help: ArgumentHelp("What --probability draws from (default: the name).", valueName: "number"))
    var seed: Int?

    func validate() throws {
        if truncate, truncateAt != nil { throw ValidationError("--truncate and --truncate-at exclude one another") }
        if nth != nil, skip != nil || times != nil { throw ValidationError("--nth says what --skip and --times say") }
        if let nth, nth < 1 { throw ValidationError("--nth: found \(nth); allowed: 1 or more") }
        for line in header where !line.contains(":") { throw ValidationError("--header: found \"\(line)\"; allowed: NAME: VALUE") }
    }

    /// Whether anything is to happen.
    var isGiven: Bool { !members.isEmpty }

    /// A word for what happens, for names.
    var word: String {
        if let status { return "status-\(status)" }
        let words = [
            ("docker-desktop", dockerDesktop), ("stall", stall != nil), ("reset", reset), ("truncate", truncate || truncateAt != nil),
            ("edit", !(retype + omit).isEmpty), ("token", token != nil), ("throttle", throttle),
        ]
        return words.first { $0.1 }?.0 ?? "delay"
    }

    /// The fields of `spec` that say when.
    var schedule: [JSONMember] {
        var fields = FlagFields()
        fields.add("from", from.map(JSONValue.time))
        fields.add("skip", nth.map { $0 - 1 } ?? skip)
        fields.add("every", every)
        fields.add("probability", probability.map { JSONValue.number("\($0)") })
        fields.add("seed", seed)
        return fields.members
    }

    /// The fields of the step.
    var members: [JSONMember] {
        var fields = FlagFields()
        fields.add("status", status)
        fields.add("retryAfter", retryAfter)
        if !header.isEmpty { fields.add("headers", JSONValue.object(header.map(Self.headerMember))) }
        fields.add("body", body)
        fields.add("contentType", contentType)
        if dockerDesktop { fields.add("preset", JSONValue.string("docker-desktop")) }
        fields.add("delay", delay.map(JSONValue.time))
        fields.add("stall", stall.map(JSONValue.time))
        fields.add("reset", reset)
        fields.add("truncate", truncate)
        fields.add("truncate", truncateAt)
        fields.add("retype", retype)
        fields.add("omit", omit)
        fields.add("token", token)
        fields.add("throttle", throttle)
        fields.add("times", nth == nil ? times : 1)
        fields.add("for", duration.map(JSONValue.time))
        return fields.members
    }

    private static func headerMember(_ line: String) -> JSONMember {
        let parts = line.split(separator: ":", maxSplits: 1).map { part in String(part.drop { $0 == " " }) }
        return JSONMember(parts.first ?? "", .string(parts.count > 1 ? parts[1] : ""))
    }
}

/// The fields that flags give; what was not given is left out.
private struct FlagFields {
    private(set) var members: [JSONMember] = []

    mutating func add(_ name: String, _ value: JSONValue?) {
        if let value { members.append(JSONMember(name, value)) }
    }

    mutating func add(_ name: String, _ value: Int?) { add(name, value.map { JSONValue.integer($0) }) }

    mutating func add(_ name: String, _ value: String?) { add(name, value.map(JSONValue.string)) }

    mutating func add(_ name: String, _ values: [String]) { if !values.isEmpty { add(name, JSONValue.strings(values)) } }

    mutating func add(_ name: String, _ isOn: Bool) { if isOn { add(name, JSONValue.bool(true)) } }
}

extension JSONValue {
    /// Bare digits are whole seconds, as a number in a manifest is.
    fileprivate static func time(_ text: String) -> JSONValue { Int(text).map { .integer($0) } ?? .string(text) }
}
