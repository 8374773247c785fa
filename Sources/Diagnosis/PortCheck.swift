/// A process that holds a socket.
public struct SocketHolder: Hashable, Sendable {
    let processID: Int
    let command: String

    /// Pairs a process's number with its name.
    public init(processID: Int, command: String) {
        self.processID = processID
        self.command = command
    }
}

/// Whether the ports that `serve` is to listen on are free, and who has them.
public enum PortCheck {
    /// Judges the wanted listeners against the sockets that listen.
    ///
    /// - Parameter holder: who has the socket with an inode; nil when no process that can be looked at has it.
    public static func findings(
        wanted: [WantedListener], sockets: [ListeningSocket], holder: (_ inode: UInt64) -> SocketHolder?
    ) -> [Finding] {
        guard !wanted.isEmpty else { return [] }
        let taken = wanted.compactMap { listener -> Finding? in
            guard let socket = sockets.first(where: { $0.keepsOff(listener) }) else { return nil }
            return finding(listener, socket, holder(socket.inode))
        }
        guard taken.isEmpty else { return taken }
        return [Finding(.port, .good, "free: \(wanted.map { "\($0.place) (\($0.flag))" }.joined(separator: ", "))")]
    }

    private static func finding(_ listener: WantedListener, _ socket: ListeningSocket, _ holder: SocketHolder?) -> Finding {
        let elsewhere = "\(listener.flag) HOST:PORT for another port"
        guard let holder else {
            return Finding(
                .port, .problem,
                "\(listener.place) (\(listener.flag)) is taken by a process of user \(socket.userID), not to be seen from here",
                fix: "run doctor as root to learn which, or serve with \(elsewhere)")
        }
        return Finding(
            .port, .problem, "\(listener.place) (\(listener.flag)) is taken by \(holder.command), process \(holder.processID)",
            fix: "`kill \(holder.processID)`, or serve with \(elsewhere)")
    }
}
