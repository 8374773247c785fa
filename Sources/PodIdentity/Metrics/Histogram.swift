/// A histogram of seconds, as Prometheus counts: each bucket holds what is no longer than its bound.
struct Histogram: Sendable {
    private let bounds: [Double]
    /// One more than there are bounds: the last takes what is longer than all.
    private var counts: [Int]
    private var sum = 0.0

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func observe(_ seconds: Double, times: Int = 1) {
        counts[bounds.firstIndex { seconds <= $0 } ?? bounds.count] += times
        sum += seconds * Double(times)
    }

    /// The lines of one series; labels are in alphabetical order, `le` comes last.
    func lines(_ name: String, labels: String) -> [String] {
        var total = 0
        var lines: [String] = []
        for (bound, count) in zip(bounds.map(Self.shown) + ["+Inf"], counts) {
            total += count
            lines.append("\(name)_bucket{\(labels.isEmpty ? "" : labels + ",")le=\"\(bound)\"} \(total)")
        }
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        return lines + ["\(name)_sum\(braces) \(Self.shown(sum))", "\(name)_count\(braces) \(total)"]
    }

    /// Whole numbers without a point, as Go writes them.
    private static func shown(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
