import NIOCore
import Synchronization

/// The connections of one listener: how many there are, and how to reach them all when it drains.
final class ConnectionRegistry: Sendable {
    enum Admission {
        /// It is served.
        case admitted
        /// It is told that there are too many.
        case refused
        /// It is closed at once: even the refusals are too many, or the listener drains.
        case dropped
    }

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isDraining = false
    }

    private let state = Mutex(State())
    private let limit: Int
    // Refused connections live for as long as their answer lingers; this many may do so at one time.
    private static let refusals = 256

    init(limit: Int) { self.limit = limit }

    var count: Int { state.withLock { $0.channels.count } }

    func add(_ channel: any Channel) -> Admission {
        state.withLock { state in
            if state.isDraining || state.channels.count >= limit + Self.refusals { return .dropped }
            state.channels[ObjectIdentifier(channel)] = channel
            return state.channels.count > limit ? .refused : .admitted
        }
    }

    func remove(_ channel: any Channel) { state.withLock { $0.channels[ObjectIdentifier(channel)] = nil } }

    /// Admits no more; gives back the connections there are.
    func drain() -> [any Channel] {
        state.withLock { state in
            state.isDraining = true
            return Array(state.channels.values)
        }
    }
}
