/// One family of the metrics page, in Prometheus' text format.
public struct Metric: Sendable {
    /// Whether a value only grows.
    public enum Kind: String, Sendable {
        case counter
        case gauge
    }

    /// One value with its labels.
    public struct Sample: Sendable {
        /// Label names and values, in order.
        public let labels: [(String, String)]
        /// The value.
        public let value: Int

        /// A value with labels.
        public init(_ value: Int, labels: [(String, String)] = []) {
            self.labels = labels
            self.value = value
        }
    }

    let name: String
    let help: String
    let kind: Kind
    let samples: [Sample]

    /// A family called `understudy_<name>`.
    public init(_ name: String, _ kind: Kind, help: String, _ samples: [Sample]) {
        self.name = "understudy_\(name)"
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// The family as it stands on the page.
    var text: String {
        var lines = ["# HELP \(name) \(help)", "# TYPE \(name) \(kind.rawValue)"]
        for sample in samples {
            let labels = sample.labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
            lines.append(labels.isEmpty ? "\(name) \(sample.value)" : "\(name){\(labels)} \(sample.value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
    }
}
