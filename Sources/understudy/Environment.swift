import ArgumentParser
import FoundationEssentials

/// The process environment, read here and nowhere else.
enum ProcessEnvironment {
    static let variables = ProcessInfo.processInfo.environment
}

/// The twin of a flag in the environment: `--log-level` is `UNDERSTUDY_LOG_LEVEL`.
///
/// A flag beats it.
struct FlagTwin {
    let flag: String
    let variable: String

    init(_ flag: String) {
        self.flag = flag
        variable = "UNDERSTUDY_" + flag.uppercased().split(separator: "-").joined(separator: "_")
    }

    /// The variable's value; nil when it is unset or empty.
    private var text: String? { ProcessEnvironment.variables[variable].flatMap { $0.isEmpty ? nil : $0 } }

    /// The flag's value, else the variable's, read like the flag's.
    func value<Value: ExpressibleByArgument>(_ given: Value?) throws -> Value? {
        if let given { return given }
        guard let text else { return nil }
        guard let value = Value(argument: text) else { throw malformed(text, Value.allValueStrings) }
        return value
    }

    /// A repeatable flag's values, else the variable's, separated by commas.
    func values<Value: ExpressibleByArgument>(_ given: [Value]) throws -> [Value] {
        guard given.isEmpty, let text else { return given }
        return try text.split(separator: ",").map { part in
            guard let value = Value(argument: part.filter { $0 != " " }) else { throw malformed(String(part), Value.allValueStrings) }
            return value
        }
    }

    /// A switch that is on when the flag is given or the variable says so.
    func isOn(_ given: Bool) throws -> Bool {
        guard !given, let text else { return given }
        switch text.lowercased() {
        case "true", "1": return true
        case "false", "0": return false
        default: throw malformed(text, ["true", "false"])
        }
    }

    private func malformed(_ text: String, _ allowed: [String]) -> ValidationError {
        ValidationError(
            "\(variable): found \"\(text)\"; allowed: \(allowed.isEmpty ? "what --\(flag) takes, see understudy serve --help" : allowed.joined(separator: ", "))"
        )
    }
}
