/// How often something is to have happened.
public enum DecisionCount: Hashable, Sendable {
    case exactly(Int)
    case atLeast(Int)
    case atMost(Int)

    /// Whether so many are right.
    func allows(_ count: Int) -> Bool {
        switch self {
        case .exactly(let wanted): count == wanted
        case .atLeast(let wanted): count >= wanted
        case .atMost(let wanted): count <= wanted
        }
    }

    /// Whether so many stay right, or wrong, whatever happens yet.
    func isSettled(by count: Int) -> Bool {
        switch self {
        case .exactly(let wanted), .atMost(let wanted): count > wanted
        case .atLeast(let wanted): count >= wanted
        }
    }

    /// The expectation in words.
    public var description: String {
        switch self {
        case .exactly(0), .atMost(0): "never"
        case .exactly(let count): "exactly \(Self.times(count))"
        case .atLeast(let count): "at least \(Self.times(count))"
        case .atMost(let count): "at most \(Self.times(count))"
        }
    }

    static func times(_ count: Int) -> String {
        switch count {
        case 0: "never"
        case 1: "once"
        case 2: "twice"
        default: "\(count) times"
        }
    }
}
