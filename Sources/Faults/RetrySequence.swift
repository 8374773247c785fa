public import WireFormats

/// What one client did about a fault: it asked, met the fault, and asked again, until it was served or gave up.
public struct RetrySequence: Sendable {
    /// One request that met a fault.
    public struct Attempt: Sendable {
        /// The decision.
        public let id: UInt64
        /// The fault.
        public let fault: String
        /// What the fault did.
        public let did: String
        /// The status the client saw; 0 for none.
        public let status: Int
        /// How many seconds the client was told to wait.
        public let told: Int?
        /// How many it is documented to wait where it is told nothing; nil where no rule is known.
        public let documented: Double?
        /// Milliseconds until it asked again; nil when it did not.
        public let waited: Int?
        /// Whether that was as it should be.
        public let verdict: Verdict
    }

    /// Whether a client waited as it should.
    public enum Verdict: String, CaseIterable, Sendable {
        /// It waited as long as it was told, or as it is documented to wait.
        case waited
        /// It was answered all the same, late or with something that is not right, and asked no more.
        case served
        /// It came back sooner than it was told.
        case tooSoon = "too-soon"
        /// It came back sooner than it is documented to.
        case offSchedule = "off-schedule"
        /// It was told nothing, and no rule is known.
        case untold
        /// It asked again after a refusal that no waiting changes.
        case inVain = "in-vain"
        /// It did not ask again.
        case gaveUp = "gave-up"
        /// It stopped asking while the service's guide still says to wait: 410 may last 70 seconds.
        case gaveUpEarly = "gave-up-early"
        /// It may yet ask again.
        case pending
    }

    /// How it ended.
    public enum Ending: String, CaseIterable, Sendable {
        /// The client was served.
        case recovered
        /// The client was refused by the service itself.
        case refused
        /// The client asked no more.
        case gaveUp = "gave-up"
        /// It may yet ask again.
        case pending
    }

    /// The client.
    public let client: ClientName
    /// Where it is: the pod, or the address.
    public let caller: String
    /// Who was asked.
    public let source: String
    /// The resource it asked for.
    public let resource: String?
    /// Its requests that met a fault, in order; never empty.
    public let attempts: [Attempt]
    /// How it ended.
    public let ending: Ending
    /// From the first request to the last, in milliseconds.
    public let spanMilliseconds: Int

    /// The worst that is to be said of it, in the order of ``Verdict/gravity``.
    public var verdict: Verdict { attempts.map(\.verdict).max { $0.gravity < $1.gravity } ?? .untold }

    /// How often it asked again.
    public var retries: Int { attempts.count { $0.waited != nil } }
}

extension RetrySequence.Verdict {
    /// Whether the client did something that its author should mend.
    public var isFault: Bool { self == .tooSoon || self == .inVain || self == .gaveUpEarly }

    fileprivate var gravity: Int {
        switch self {
        case .waited, .served: 0
        case .untold: 1
        case .gaveUp: 2
        case .pending: 3
        case .offSchedule: 4
        case .gaveUpEarly: 5
        case .inVain: 6
        case .tooSoon: 7
        }
    }
}

extension RetrySequence {
    /// The sequence as our own interface shows it; what does not apply is left out.
    public var document: JSONValue {
        var client = [JSONMember("name", .string(self.client.name)), JSONMember("version", .string(self.client.version))]
        if let library = self.client.library { client.append(JSONMember("library", .string(library))) }
        var members = [
            JSONMember("client", .object(client)), JSONMember("caller", .string(caller)), JSONMember("source", .string(source)),
        ]
        if let resource { members.append(JSONMember("resource", .string(resource))) }
        members += [
            JSONMember("attempts", .array(attempts.map(\.document))), JSONMember("retries", .integer(retries)),
            JSONMember("ending", .string(ending.rawValue)), JSONMember("spanMilliseconds", .integer(spanMilliseconds)),
            JSONMember("verdict", .string(verdict.rawValue)), JSONMember("isFault", .bool(verdict.isFault)),
        ]
        return .object(members)
    }
}

extension RetrySequence.Attempt {
    fileprivate var document: JSONValue {
        var members = [
            JSONMember("decision", .integer(id)), JSONMember("fault", .string(fault)), JSONMember("did", .string(did)),
            JSONMember("status", .integer(status)),
        ]
        if let told { members.append(JSONMember("toldSeconds", .integer(told))) }
        if let documented { members.append(JSONMember("documentedSeconds", .number(String(documented)))) }
        if let waited { members.append(JSONMember("waitedMilliseconds", .integer(waited))) }
        members.append(JSONMember("verdict", .string(verdict.rawValue)))
        return .object(members)
    }
}
