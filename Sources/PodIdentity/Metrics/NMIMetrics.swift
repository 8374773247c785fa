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

    /// Counters without a second label.
    enum Counter: Hashable, Sendable {
        case imdsError(operation: String)
        case kubernetesError(operation: String)
        case addition
        case deletion
        case update
        case cycle
    }

    private struct State {
        var operations: [Operation: Histogram] = [:]
        var imds: [String: Histogram] = [:]
        var counters: [Counter: Int] = [:]
    }

    /// Paths and resources are the callers' own: more series than this are counted as one, so that nobody fills the memory.
    private static let seriesLimit = 1000
    private static let operationBounds: [Double] = [0.5, 1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100]
    private static let imdsBounds: [Double] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 2, 3, 4, 5, 10]

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
            state.operations[key, default: Histogram(bounds: Self.operationBounds)].observe(seconds)
        }
    }

    func observeIMDS(_ operation: String, seconds: Double) {
        state.withLock { $0.imds[operation, default: Histogram(bounds: Self.imdsBounds)].observe(seconds) }
    }

    func count(_ counter: Counter, times: Int = 1) { state.withLock { $0.counters[counter, default: 0] += times } }

    /// Counts what one cycle of MIC did.
    public func count(_ changes: [AssignmentChange]) {
        state.withLock { state in
            state.counters[.cycle, default: 0] += 1
            for change in changes {
                switch change.event {
                case .created: state.counters[.addition, default: 0] += 1
                case .updated: state.counters[.update, default: 0] += 1
                case .removed: state.counters[.deletion, default: 0] += 1
                case .assigned, .failed, .pulled: continue
                }
            }
        }
    }

    // MARK: Showing

    /// All families that have a sample, in Prometheus' text format.
    public var exposition: String {
        let state = state.withLock { $0 }
        let families =
            [
                family(
                    "assigned_identity_addition_count", "counter", "Total number of assigned identity addition operations",
                    counted(state, .addition)),
                family(
                    "assigned_identity_deletion_count", "counter", "Total number of assigned identity deletion operations",
                    counted(state, .deletion)),
                family(
                    "assigned_identity_update_count", "counter", "Total number of assigned identity update operations",
                    counted(state, .update)),
                family(
                    "imds_operations_duration_seconds", "histogram", "Duration in seconds of imds token operations",
                    state.imds.sorted { $0.key < $1.key }.flatMap {
                        $0.value.lines("aadpodidentity_imds_operations_duration_seconds", labels: label("operation_type", $0.key))
                    }),
                family(
                    "imds_operations_errors_count", "counter", "Total number of errors in imds token operations",
                    errors(state) { if case .imdsError(let operation) = $0 { operation } else { nil } }),
                family(
                    "kubernetes_api_operations_errors_count", "counter", "Total number of errors in kubernetes api operations",
                    errors(state) { if case .kubernetesError(let operation) = $0 { operation } else { nil } }),
                family("mic_cycle_count", "counter", "Number of cycles executed in mic", counted(state, .cycle)),
                family(
                    "nmi_operations_duration_seconds", "histogram", "Duration in seconds for nmi operations",
                    state.operations.sorted { $0.key < $1.key }.flatMap { operation, histogram in
                        histogram.lines(
                            "aadpodidentity_nmi_operations_duration_seconds",
                            labels: [
                                label("namespace", operation.namespace), label("operation_type", operation.path),
                                label("resource", operation.resource), label("status_code", "\(operation.status)"),
                            ].joined(separator: ","))
                    }),
            ]
        return families.joined()
    }

    private func counted(_ state: State, _ counter: Counter) -> [(labels: String, value: Int)] {
        state.counters[counter].map { [("", $0)] } ?? []
    }

    private func errors(_ state: State, _ operation: (Counter) -> String?) -> [(labels: String, value: Int)] {
        state.counters.compactMap { counter, value in operation(counter).map { (label("operation_type", $0), value) } }
            .sorted { $0.0 < $1.0 }
    }

    private func family(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: Int)]) -> String {
        family(
            name, type, help,
            samples.map { "aadpodidentity_\(name)\($0.labels.isEmpty ? "" : "{\($0.labels)}") \($0.value)" })
    }

    private func family(_ name: String, _ type: String, _ help: String, _ lines: [String]) -> String {
        guard !lines.isEmpty else { return "" }
        return (["# HELP aadpodidentity_\(name) \(help)", "# TYPE aadpodidentity_\(name) \(type)"] + lines).map { $0 + "\n" }.joined()
    }

    private func label(_ name: String, _ value: String) -> String {
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
