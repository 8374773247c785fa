internal import Glibc

/// A program run to its end, with its output captured and its time limited.
enum ChildProcess {
    /// Whether a path leads to a program that may be run.
    static func isProgram(_ path: String) -> Bool {
        var status = stat()
        // SAFETY: stat fills the one struct it is given.
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return unsafe access(path, X_OK) == 0
    }

    /// Runs `program`; what it does not finish within the limit is killed.
    ///
    /// It has a process group of its own, so that Ctrl-C at a terminal reaches us and not it, in the middle of a change. Its messages are in
    /// English, which is how failures for lack of privilege are told.
    static func run(_ program: String, _ call: ToolCall, path: String, timeLimitSeconds: Int) throws(InterceptionError) -> ToolResult {
        let input = try filled(call.input, tool: call.tool)
        let output = try Descriptor.pipe()
        let errors = try Descriptor.pipe()
        let child = try spawn(
            program, arguments: [call.tool] + call.arguments, environment: ["PATH=\(path)", "LC_ALL=C"],
            descriptors: [input.number, output.writing.number, errors.writing.number])
        // Our copies of the writing ends go now: the end of the child is the end of what can be read.
        let outputEnd = output.takeReading()
        let errorsEnd = errors.takeReading()
        var texts: [[UInt8]] = [[], []]
        let isInTime = drain([outputEnd.number, errorsEnd.number], into: &texts, timeLimitSeconds: timeLimitSeconds)
        if !isInTime { kill(child, SIGKILL) }
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
        guard isInTime else { throw .toolTimedOut(tool: call.tool, seconds: timeLimitSeconds) }
        let signal = status & 0x7f
        return ToolResult(
            status: signal == 0 ? status >> 8 & 0xff : 128 + signal, output: String(decoding: texts[0], as: UTF8.self),
            errors: String(decoding: texts[1], as: UTF8.self))
    }

    /// The reading end of a pipe that holds all of `text`, and then ends.
    ///
    /// Written before there is a child: what fits into a pipe (64 KiB) needs nobody to read it.
    private static func filled(_ text: String, tool: String) throws(InterceptionError) -> Descriptor {
        let pipe = try Descriptor.pipe()
        let bytes = Array(text.utf8)
        guard fcntl(pipe.writing.number, F_SETFL, O_NONBLOCK) == 0 else {
            throw .resources(call: "fcntl", reason: "\(SystemError(errno))")
        }
        let written = bytes.isEmpty ? 0 : unsafe write(pipe.writing.number, bytes, bytes.count)
        guard written == bytes.count else { throw .resources(call: "input of \(tool)", reason: "longer than a pipe holds") }
        return pipe.takeReading()
    }

    private static func spawn(
        _ program: String, arguments: [String], environment: [String], descriptors: [Int32]
    ) throws(InterceptionError) -> pid_t {
        var attributes = posix_spawnattr_t()
        var actions = unsafe posix_spawn_file_actions_t()
        guard unsafe posix_spawnattr_init(&attributes) == 0 else { throw .toolNotStarted(path: program, reason: "no memory") }
        defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
        guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { throw .toolNotStarted(path: program, reason: "no memory") }
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
        ]
        for (target, descriptor) in descriptors.enumerated() {
            unsafe codes.append(posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(target)))
        }
        var child = pid_t()
        if codes.allSatisfy({ $0 == 0 }) {
            let argv = CStrings(arguments)
            let envp = CStrings(environment)
            unsafe codes.append(posix_spawn(&child, program, &actions, &attributes, argv.pointers, envp.pointers))
        }
        if let code = codes.first(where: { $0 != 0 }) { throw .toolNotStarted(path: program, reason: "\(SystemError(code))") }
        return child
    }

    /// Reads both ends until both are closed; false when the time is over first.
    private static func drain(_ ends: [Int32], into texts: inout [[UInt8]], timeLimitSeconds: Int) -> Bool {
        let deadline = monotonicMilliseconds() + timeLimitSeconds * 1000
        var polled = ends.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var chunk = [UInt8](repeating: 0, count: 16384)
        while polled.contains(where: { $0.fd >= 0 }) {
            let left = deadline - monotonicMilliseconds()
            guard left > 0 else { return false }
            // SAFETY: the kernel writes only the array's own elements.
            let ready = unsafe poll(&polled, nfds_t(polled.count), Int32(left))
            if ready < 0 && errno != EINTR { return false }
            for index in polled.indices where ready > 0 && polled[index].revents != 0 {
                let count = unsafe read(polled[index].fd, &chunk, chunk.count)
                if count > 0 {
                    texts[index] += chunk.prefix(count)
                } else if count == 0 || errno != EINTR {
                    polled[index].fd = -1  // poll passes over it
                }
            }
        }
        return true
    }

    private static func monotonicMilliseconds() -> Int {
        var time = timespec()
        // SAFETY: clock_gettime fills the one struct it is given; CLOCK_MONOTONIC cannot fail on a valid pointer.
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}

/// An array of C strings that ends with nil, as exec wants it.
@safe private struct CStrings: ~Copyable {
    private(set) var pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) { unsafe pointers = strings.map { unsafe strdup($0) } + [nil] }

    deinit { unsafe pointers.forEach { unsafe free($0) } }
}
