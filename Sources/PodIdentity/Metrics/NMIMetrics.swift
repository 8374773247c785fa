public import IdentityStore
import Synchronization

/// NMI's and MIC's own metrics, by their own names (source: nmi.md §8.4).
///
/// A family appears with its first sample, as in the original. Any thread may count.
public final class NMIMetrics: Sendable {
    /// What one operation of NMI is told apart by.
    struct Operation: Hashable, Comparable, Sendable {
        let namespace: String
        /// The raw path of the request: each spelling is a series of its own.
        let path: String
        let resource: String
        let status: Int

        static func < (lhs: Self, rhs: Self) -> Bool {
            (lhs.namespace, lhs.path, lhs.resource, lhs.status) < (rhs.namespace, rhs.path, rhs.resource, rhs.status)
        }
    }

    /// One series of a family.
    struct Series: Hashable, Sendable {
        let family: MetricFamily
        /// `operation_type`, for families that have no other label; nil for those without any.
        var operation: String?
    }

    struct State {
        var operations: [Operation: Histogram] = [:]
        var histograms: [Series: Histogram] = [:]
        var counters: [Series: Int] = [:]

        mutating func count(_ family: MetricFamily, _ operation: String? = nil, times: Int = 1) {
            counters[Series(family: family, operation: operation), default: 0] += times
        }

        mutating func observe(_ family: MetricFamily, _ operation: String? = nil, seconds: Double = 0, times: Int = 1) {
            guard times > 0 else { return }
            let series = Series(family: family, operation: operation)
            histograms[series, default: Histogram(bounds: family.bounds ?? [])].observe(seconds, times: times)
        }
    }

    /// Paths and resources are the callers' own: more series than this are counted as one, so that nobody fills the memory.
    private static let seriesLimit = 1000

    private let state = Mutex(State())

    /// No samples yet.
    public init() {}

    // MARK: Counting

    func observe(_ operation: Operation, seconds: Double) {
        state.withLock { state in
            var key = operation
            if state.operations[key] == nil, state.operations.count >= Self.seriesLimit {
                key = Operation(namespace: "", path: "", resource: "", status: operation.status)
            }
            state.operations[key, default: Histogram(bounds: MetricFamily.nmiSeconds.bounds ?? [])].observe(seconds)
        }
    }

    func observe(_ family: MetricFamily, _ operation: String, seconds: Double) {
        state.withLock { $0.observe(family, operation, seconds: seconds) }
    }

    func count(_ family: MetricFamily, _ operation: String? = nil, times: Int = 1) {
        state.withLock { $0.count(family, operation, times: times) }
    }

    /// Counts what MIC did in one go.
    public func count(_ changes: [AssignmentChange]) { state.withLock { $0.add(MICAccount(changes)) } }

    /// Counts the starts of MIC, each of which is a candidate for the lead.
    public func follow(_ snapshot: IdentitySnapshot) {
        guard snapshot.micStarts > 0 else { return }
        state.withLock { $0.counters[Series(family: .elections)] = snapshot.micStarts }
    }

    // MARK: Showing

    /// All families that have a sample, in Prometheus' text format.
    public var exposition: String {
        let state = state.withLock { $0 }
        return MetricFamily.allCases.map { family in
            let lines = family == .nmiSeconds ? Self.lines(state.operations) : Self.lines(family, state)
            guard !lines.isEmpty else { return "" }
            let type = family.bounds == nil ? "counter" : "histogram"
            return (["# HELP \(family.name) \(family.help)", "# TYPE \(family.name) \(type)"] + lines).map { $0 + "\n" }.joined()
        }.joined()
    }

    private static func lines(_ family: MetricFamily, _ state: State) -> [String] {
        let counted = state.counters.filter { $0.key.family == family }.map { series, value in
            let labels = labels(series)
            return (labels, ["\(family.name)\(labels.isEmpty ? "" : "{\(labels)}") \(value)"])
        }
        let measured = state.histograms.filter { $0.key.family == family }.map { series, histogram in
            (labels(series), histogram.lines(family.name, labels: labels(series)))
        }
        return (counted + measured).sorted { $0.0 < $1.0 }.flatMap { $0.1 }
    }

    private static func lines(_ operations: [Operation: Histogram]) -> [String] {
        operations.sorted { $0.key < $1.key }.flatMap { operation, histogram in
            histogram.lines(
                MetricFamily.nmiSeconds.name,
                labels: [
                    label("namespace", operation.namespace), label("operation_type", operation.path),
                    label("resource", operation.resource), label("status_code", "\(operation.status)"),
                ].joined(separator: ","))
        }
    }

    private static func labels(_ series: Series) -> String { series.operation.map { label("operation_type", $0) } ?? "" }

    private static func label(_ name: String, _ value: String) -> String {
        let escaped = value.map { character -> String in
            switch character {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            default: String(character)
            }
        }.joined()
        return "\(name)=\"\(escaped)\""
    }
}
