#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A user's command, run by the shell in a process group of its own, with what it prints passed on.
///
/// Its own group, so that all that it started ends with it; and nothing to read, for a group in the background must not ask the terminal.
struct ShellCommand {
    /// The command, as `sh -c` takes it.
    let text: String
    let environment: [String: String]
    let timeLimitSeconds: Int
    /// Takes each line that it prints, on either output.
    let tell: (String) -> Void

    /// How it ended.
    enum End: Hashable {
        /// With that status; 128 and the signal's number where a signal ended it.
        case exited(Int)
        case timedOut
        /// Because somebody wanted us to stop.
        case interrupted
    }

    /// Longest line that is passed on whole.
    private static let longestLine = 8192
    /// How long it may take to end once it was asked to.
    private static let graceMilliseconds = 2000
    private static let pauseMilliseconds = 10
    /// More than a pipe holds.
    private static let chunksAtOnce = 8

    /// It could not be started.
    struct NotStarted: Error, CustomStringConvertible {
        let reason: String

        var description: String { "--command: sh was not started: \(reason)" }
    }

    /// Runs it to its end; what it left behind in its group is ended too.
    ///
    /// - Parameter milliseconds: what a clock shows.
    func run(
        milliseconds: () -> Int, pause: (Duration) async -> Void, isInterrupted: () -> Bool
    ) async throws(NotStarted) -> End {
        let started = try start()
        let child = started.child
        var lines = LineCutter(longest: Self.longestLine)
        let deadline = milliseconds() + timeLimitSeconds * 1000
        var end: End?
        while end == nil {
            forward(started.output.number, through: &lines)
            if let status = Self.reap(child) {
                end = .exited(status)
            } else if isInterrupted() {
                end = .interrupted
            } else if milliseconds() > deadline {
                end = .timedOut
            } else {
                await pause(.milliseconds(Self.pauseMilliseconds))
            }
        }
        if end == .timedOut || end == .interrupted { await Self.stop(child, milliseconds: milliseconds, pause: pause) }
        kill(-child, SIGKILL)
        forward(started.output.number, through: &lines)
        if let rest = lines.rest { tell(rest) }
        return end ?? .interrupted
    }

    /// Asks the group to end, and makes it.
    private static func stop(_ child: pid_t, milliseconds: () -> Int, pause: (Duration) async -> Void) async {
        kill(-child, SIGTERM)
        let deadline = milliseconds() + graceMilliseconds
        while milliseconds() < deadline {
            if reap(child) != nil { return }
            await pause(.milliseconds(pauseMilliseconds))
        }
        kill(-child, SIGKILL)
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
    }

    // MARK: The process

    private func start() throws(NotStarted) -> Started {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw NotStarted(reason: Self.reason(errno)) }
        let output = OwnedDescriptor(owning: ends[0])
        let input = OwnedDescriptor(owning: ends[1])
        // Neither end is for the child but as its outputs; ours must not make us wait.
        guard fcntl(output.number, F_SETFD, FD_CLOEXEC) == 0, fcntl(input.number, F_SETFD, FD_CLOEXEC) == 0,
            fcntl(output.number, F_SETFL, O_NONBLOCK) == 0
        else { throw NotStarted(reason: Self.reason(errno)) }
        var attributes = posix_spawnattr_t()
        var actions = unsafe posix_spawn_file_actions_t()
        guard unsafe posix_spawnattr_init(&attributes) == 0 else { throw NotStarted(reason: "no memory") }
        defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
        guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { throw NotStarted(reason: "no memory") }
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        // The calling thread may block signals and the process ignore some; the child gets neither habit.
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        var codes = unsafe [
            posix_spawnattr_setsigmask(&attributes, &none), posix_spawnattr_setsigdefault(&attributes, &all),
            posix_spawnattr_setpgroup(&attributes, 0),
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)),
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0),
            posix_spawn_file_actions_adddup2(&actions, input.number, 1),
            posix_spawn_file_actions_adddup2(&actions, input.number, 2),
        ]
        var child = pid_t()
        if codes.allSatisfy({ $0 == 0 }) {
            let arguments = CStrings(["sh", "-c", text])
            let variables = CStrings(environment.map { "\($0.key)=\($0.value)" })
            unsafe codes.append(posix_spawn(&child, "/bin/sh", &actions, &attributes, arguments.pointers, variables.pointers))
        }
        if let code = codes.first(where: { $0 != 0 }) { throw NotStarted(reason: Self.reason(code)) }
        return Started(child: child, output: output)
    }

    private static func reason(_ code: Int32) -> String {
        // SAFETY: strerror's text is copied at once.
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }

    /// The status of the child, once it has ended.
    private static func reap(_ child: pid_t) -> Int? {
        var status: Int32 = 0
        guard unsafe waitpid(child, &status, WNOHANG) == child else { return nil }
        let signal = status & 0x7f
        return Int(signal == 0 ? status >> 8 & 0xff : 128 + signal)
    }

    /// Passes on what there is to read; of a flood a part, so that its time is watched too.
    private func forward(_ output: Int32, through lines: inout LineCutter) {
        var chunk = [UInt8](repeating: 0, count: 16384)
        for _ in 0..<Self.chunksAtOnce {
            let count = unsafe read(output, &chunk, chunk.count)
            guard count > 0 else { return }
            for line in lines.lines(chunk.prefix(count)) { tell(line) }
        }
    }
}

/// A child, and the end from which its outputs are read.
private struct Started: ~Copyable {
    let child: pid_t
    let output: OwnedDescriptor
}

/// Owns one file descriptor.
private struct OwnedDescriptor: ~Copyable {
    let number: Int32

    init(owning number: Int32) { self.number = number }

    deinit { close(number) }
}

/// An array of C strings that ends with nil, as exec wants it.
@safe private struct CStrings: ~Copyable {
    private(set) var pointers: [UnsafeMutablePointer<CChar>?]

    // SAFETY: each copy is this value's own, and freed once, with it.
    init(_ strings: [String]) { unsafe pointers = strings.map { unsafe strdup($0) } + [nil] }

    deinit { unsafe pointers.forEach { unsafe free($0) } }
}

/// Cuts bytes into lines.
struct LineCutter {
    let longest: Int
    private var begun: [UInt8] = []

    init(longest: Int) { self.longest = longest }

    /// The lines that are whole by now; one that is too long is cut.
    mutating func lines(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte != 0x0a { begun.append(byte) }
            guard byte == 0x0a || begun.count >= longest else { continue }
            lines.append(String(decoding: begun, as: UTF8.self))
            begun.removeAll(keepingCapacity: true)
        }
        return lines
    }

    /// What is left without an end; nil when nothing is.
    var rest: String? { begun.isEmpty ? nil : String(decoding: begun, as: UTF8.self) }
}
