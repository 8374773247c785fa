import Glibc
import Synchronization
import WireFormats

@testable import Interception

/// The tools of a system in a test: answers from a script, and what was asked in order.
final class ScriptedTools: Sendable {
    private struct State {
        var calls: [ToolCall] = []
        var installed: Set<String>
        var answer: @Sendable (ToolCall) -> ToolResult
    }

    private let state: Mutex<State>

    init(installed: Set<String>, answer: @escaping @Sendable (ToolCall) -> ToolResult = { _ in .said("") }) {
        state = Mutex(State(installed: installed, answer: answer))
    }

    var calls: [ToolCall] { state.withLock { $0.calls } }

    /// What was handed to the tools that change something, in order.
    var scripts: [String] { calls.filter { !$0.input.isEmpty }.map(\.input) }

    var runner: ToolRunner {
        ToolRunner(has: { tool in self.state.withLock { $0.installed.contains(tool) } }) { call throws(InterceptionError) in
            let answer = self.state.withLock { state in
                state.calls.append(call)
                return state.answer
            }
            return answer(call)
        }
    }
}

extension ToolResult {
    static func said(_ output: String) -> ToolResult { ToolResult(status: 0, output: output, errors: "") }
    static func refused(_ errors: String) -> ToolResult { ToolResult(status: 1, output: "", errors: errors) }
}

/// An nft that keeps one table: what its scripts put there it lists.
final class TableOfOurs: Sendable {
    private let content = Mutex("")

    var listed: String { content.withLock { $0 } }

    func vanish() { content.withLock { $0 = "" } }

    func answer(_ call: ToolCall) -> ToolResult {
        content.withLock { content in
            if call.arguments == ["-f", "-"] {
                content = call.input == NftablesRules.removal ? "" : call.input
                return .said("")
            }
            if call.arguments == ["list", "tables", "ip"] { return .said(content.isEmpty ? "" : "table ip understudy\n") }
            return .said(content)
        }
    }
}

/// A directory of its own with the kernel settings of a fresh namespace, taken away at the end.
final class FreshNamespace: Sendable {
    let folder: String

    init() throws {
        var template = Array("/tmp/understudy-interception-XXXXXX\0".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SystemError(errno) }
        folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for directory in ["conf", "conf/all", "conf/default", "conf/eth0"] { unsafe mkdir("\(folder)/\(directory)", 0o700) }
        for path in ["ip_forward", "conf/all/route_localnet", "conf/default/forwarding", "conf/eth0/forwarding"] {
            try SmallFile.replace("\(folder)/\(path)", with: "0\n")
        }
        try SmallFile.replace("\(folder)/conf/all/accept_redirects", with: "1\n")
    }

    deinit { remove(folder) }

    private func remove(_ path: String) {
        for name in SmallFile.names(in: path) { remove("\(path)/\(name)") }
        unsafe Glibc.remove(path)
    }

    func value(_ path: String) throws -> String { try SmallFile.read("\(folder)/\(path)").filter { !$0.isNewline } }

    func set(_ path: String, _ value: String) throws { try SmallFile.replace("\(folder)/\(path)", with: value + "\n") }

    var hasRecord: Bool { !SmallFile.names(in: "\(folder)/run").isEmpty }

    func interception(
        _ tools: ScriptedTools, boot: String = "first", addresses: @escaping @Sendable () -> Set<UInt32> = { [0x7F00_0001] }
    ) -> LocalInterception {
        LocalInterception(
            tools: tools.runner, settings: KernelSettings(root: folder),
            records: RecordFile(directory: "\(folder)/run", namespace: { () throws(InterceptionError) in "7" }, boot: { boot }),
            addresses: addresses)
    }
}

extension InterceptionPlan {
    /// What NMI does.
    static let nmi = InterceptionPlan(redirections: [.forwarded(to: .init(address: 0x7F00_0001, port: 2579))])
}
