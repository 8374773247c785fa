import HTTPServing
import WireFormats

/// A fault's word on an exchange it met: which fault, and what it did.
///
/// It travels with the request, so that whoever records the decision need not know of faults.
public struct FaultMark: Sendable {
    /// When what the fault did came to anything.
    public enum Felt: Sendable {
        /// Always.
        case always
        /// Never: the request went through as if there were no fault.
        case never
        /// Only if the service answered with a success: there is no token to spoil in a refusal.
        case onSuccess
        /// Only if the answer has this status.
        case onStatus(Int)
    }

    /// The fault.
    public let name: String
    /// Who was asked, as the fault calls it.
    public let source: String
    /// What it did, in words.
    public let did: String
    /// When that came to anything.
    public let felt: Felt
    /// Whether the client was answered all the same: late, or with something that is not right.
    public let servesClient: Bool
    /// What the client was told to wait.
    public let retryAfterSeconds: Int?
    /// How long the request was held before it was answered.
    public let heldMilliseconds: Int
    /// How long the connection is kept after the decision, without an answer.
    public let stalledMilliseconds: Int

    /// A mark from its parts.
    public init(
        name: String, source: String, did: String, felt: Felt = .always, servesClient: Bool = false, retryAfterSeconds: Int? = nil,
        heldMilliseconds: Int = 0, stalledMilliseconds: Int = 0
    ) {
        self.name = name
        self.source = source
        self.did = did
        self.felt = felt
        self.servesClient = servesClient
        self.retryAfterSeconds = retryAfterSeconds
        self.heldMilliseconds = heldMilliseconds
        self.stalledMilliseconds = stalledMilliseconds
    }

    /// Whether the client felt it, given the status of the answer.
    public func isFelt(status: Int) -> Bool {
        switch felt {
        case .always: true
        case .never: false
        case .onSuccess: (200..<300).contains(status)
        case .onStatus(let wanted): status == wanted
        }
    }

    /// The mark as a decision shows it.
    func document(status: Int) -> JSONValue {
        ["name": .string(name), "source": .string(source), "did": .string(isFelt(status: status) ? did : "nothing to this answer")]
    }
}

extension RecordedDecision {
    /// The fault that met the exchange; nil for most.
    public var fault: FaultMark? { exchange?.request.remark as? FaultMark }
}
