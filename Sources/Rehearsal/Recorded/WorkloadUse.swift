import IdentityModel

/// What one workload was recorded to ask, each distinct request once.
struct WorkloadUse: Sendable {
    /// Requests alike in everything that could make a difference.
    struct Group: Sendable {
        /// The first of them.
        let first: RecordedRequest
        /// Where they are recorded, the first few.
        private(set) var places: [String] = []
        /// How many there are.
        private(set) var count = 0
        /// How many of them were answered with a token, or whatever was asked for.
        private(set) var served = 0

        private static let shownPlaces = 5

        init(_ request: RecordedRequest) {
            first = request
            add(request)
        }

        mutating func add(_ request: RecordedRequest) {
            count += 1
            if request.isServed { served += 1 }
            if places.count < Self.shownPlaces { places.append(request.place) }
        }

        /// `decisions.json#3, decisions.json#7 and 12 more`.
        var names: String { places.joined(separator: ", ") + (count > places.count ? " and \(count - places.count) more" : "") }

        /// `1 recorded request`, `12 recorded requests`.
        var counted: String { "\(count) recorded request\(count == 1 ? "" : "s")" }

        /// The group as evidence.
        var evidence: Evidence {
            let asked = "\(counted)\(first.client.map { " by \($0)" } ?? "")"
            return .request(id: names, request: first.request, outcome: "\(asked), \(served) of them served")
        }
    }

    /// Requests that differ in something.
    private struct Key: Hashable {
        let route: RecordedRequest.Route
        let shape: RequestShape?
        let resource: String?
        let client: RecordedClient?

        init(_ request: RecordedRequest) {
            route = request.route
            shape = request.shape
            resource = request.resource
            client = request.client
        }
    }

    /// Distinct requests of journals, in the order in which they first came.
    private(set) var groups: [Group] = []
    /// Requests of NMI's access lines, by status.
    private(set) var accesses: [Int: Int] = [:]
    /// The first of them, as evidence.
    private(set) var firstAccess: String?
    /// How often NMI's log says that it asked without an id, and by a client id.
    private(set) var matches = (unnamed: 0, byClientID: 0)
    /// Requests that were asked again after an answer that was no success.
    private(set) var retries = RecordedRetries()
    private var indices: [Key: Int] = [:]

    mutating func add(_ request: RecordedRequest) {
        let key = Key(request)
        if let index = indices[key] {
            groups[index].add(request)
        } else {
            indices[key] = groups.count
            groups.append(Group(request))
        }
        if request.route == .token { retries.add(request) }
    }

    mutating func add(access: RecordedRequest) {
        accesses[access.status, default: 0] += 1
        firstAccess = firstAccess ?? access.place
    }

    mutating func add(_ match: LoggedMatch) {
        if match.namesClientID { matches.byClientID += 1 } else { matches.unnamed += 1 }
    }

    /// How many requests journals have of it.
    var count: Int { groups.reduce(0) { $0 + $1.count } }

    /// How many NMI's access lines tell of.
    var accessCount: Int { accesses.values.reduce(0, +) }

    /// What asked, each once.
    var clients: [RecordedClient] {
        var seen: Set<RecordedClient> = []
        return groups.compactMap(\.first.client).filter { seen.insert($0).inserted }
    }

    /// All of it as evidence.
    var evidence: [Evidence] { groups.map(\.evidence) }
}

/// What clients did about answers that were no success.
///
/// SDKs repeat an id when they ask again: by that, and by that alone, an asking again is told from an asking anew.
struct RecordedRetries: Sendable {
    /// One asking, with its repetitions.
    struct Sequence: Sendable {
        let first: RecordedRequest
        var statuses: [Int]

        /// Whether a token came in the end.
        var isServed: Bool { statuses.last.map { (200..<300).contains($0) } ?? false }
    }

    private var byID: [String: Sequence] = [:]
    private var order: [String] = []
    /// The longest wait that NMI imposed, in milliseconds.
    private(set) var longestWait = 0

    mutating func add(_ request: RecordedRequest) {
        longestWait = max(longestWait, request.waitMilliseconds)
        guard let id = request.requestID else { return }
        if byID[id] == nil {
            byID[id] = Sequence(first: request, statuses: [])
            order.append(id)
        }
        byID[id]?.statuses.append(request.status)
    }

    /// Askings whose first answer was no success, in order.
    var failing: [Sequence] {
        order.compactMap { byID[$0] }.filter { sequence in sequence.statuses.first.map { !(200..<300).contains($0) } ?? false }
    }
}

/// What all workloads were recorded to ask, and what is nobody's.
struct AttributedUse: Sendable {
    private(set) var byWorkload: [WorkloadID: WorkloadUse] = [:]
    /// Requests by callers that no workload of the manifests explains, each caller once.
    private(set) var strangers: [(caller: RecordedCaller, group: WorkloadUse.Group)] = []
    /// How much was recorded, and what was left out, a line each.
    private(set) var facts: [String]

    init(_ use: RecordedUse, workloads: [Workload]) {
        let attribution = Attribution(workloads)
        facts = use.facts
        var unknown: [RecordedCaller: Int] = [:]
        for request in use.requests {
            if let workload = attribution.workload(of: request.caller) {
                byWorkload[workload, default: WorkloadUse()].add(request)
            } else {
                note(request, among: &unknown)
            }
        }
        for access in use.accesses {
            if let workload = attribution.workload(of: access.caller) {
                byWorkload[workload, default: WorkloadUse()].add(access: access)
            } else {
                note(access, among: &unknown)
            }
        }
        var nameless: Set<NamespacedName> = []
        for match in use.matches {
            if let workload = attribution.workload(of: RecordedCaller(pod: match.pod, address: nil)) {
                byWorkload[workload, default: WorkloadUse()].add(match)
            } else {
                nameless.insert(match.pod)
            }
        }
        if !nameless.isEmpty {
            facts.append(
                "NMI's log names \(nameless.count) pods that are of no workload: "
                    + nameless.sorted().prefix(5).map(\.description).joined(separator: ", "))
        }
    }

    private mutating func note(_ request: RecordedRequest, among unknown: inout [RecordedCaller: Int]) {
        if let index = unknown[request.caller] {
            strangers[index].group.add(request)
        } else {
            unknown[request.caller] = strangers.count
            strangers.append((request.caller, WorkloadUse.Group(request)))
        }
    }
}

extension RecordedUse {
    /// How much there is in the recordings, and what was left out, a line each.
    var facts: [String] {
        var facts = ["Recorded: \(requests.count) requests of journals, \(accesses.count) of NMI's log (\(files.joined(separator: ", ")))"]
        if !besides.isEmpty {
            let kinds = besides.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }
            facts.append("Decisions left out, for they are no requests to the metadata service: \(kinds.joined(separator: ", "))")
        }
        if passedOver > 0 { facts.append("\(passedOver) lines of NMI's log are about no request") }
        if let first = unread.first { facts.append("\(unread.count) lines were not understood, the first at \(first)") }
        return facts
    }
}
