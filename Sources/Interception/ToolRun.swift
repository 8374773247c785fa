/// One run of a program of the system: no shell, arguments as they are.
struct ToolCall: Hashable, Sendable {
    /// The program's name, looked for where programs of the system are.
    let tool: String
    let arguments: [String]
    /// What it reads from standard input.
    var input = ""

    init(_ tool: String, _ arguments: String..., input: String = "") {
        self.tool = tool
        self.arguments = arguments
        self.input = input
    }
}

/// How a run ended.
struct ToolResult: Hashable, Sendable {
    /// The exit status; 128 and the signal's number when a signal ended it.
    var status: Int32
    var output: String
    var errors: String

    /// What the program says about its failure, on one line.
    var message: String {
        let text = errors.split(whereSeparator: \.isNewline).isEmpty ? output : errors
        return text.split(whereSeparator: \.isNewline).map(String.init).joined(separator: " ")
    }
}

/// Runs programs of the system; a value, so that a test can answer in their place.
struct ToolRunner: Sendable {
    /// Whether there is such a program.
    let has: @Sendable (_ tool: String) -> Bool
    /// Runs it to its end, on the calling thread and in that thread's network namespace.
    let run: @Sendable (ToolCall) throws(InterceptionError) -> ToolResult

    /// Runs it and gives its output; an exit status that is not 0 is thrown.
    @discardableResult
    func output(_ call: ToolCall) throws(InterceptionError) -> String {
        let result = try run(call)
        guard result.status == 0 else { throw .toolFailed(tool: call.tool, status: result.status, message: result.message) }
        return result.output
    }

    /// The system's programs, each given so long.
    ///
    /// They are looked for on the `PATH` and in the directories for administrators, which the `PATH` of other users lacks.
    static func live(path: String, timeLimitSeconds: Int = 10) -> ToolRunner {
        let directories = path.split(separator: ":").map(String.init) + ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"]
        @Sendable func find(_ tool: String) -> String? {
            directories.lazy.map { "\($0)/\(tool)" }.first(where: ChildProcess.isProgram)
        }
        return ToolRunner(has: { find($0) != nil }) { call throws(InterceptionError) in
            guard let program = find(call.tool) else { throw .missingTool(names: [call.tool]) }
            return try ChildProcess.run(program, call, path: directories.joined(separator: ":"), timeLimitSeconds: timeLimitSeconds)
        }
    }
}
