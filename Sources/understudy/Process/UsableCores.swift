import FoundationEssentials

/// How many cores the scheduler allows this process: one pinned to a single core gains nothing from a second event loop but switching.
enum UsableCores {
    /// Counted from `Cpus_allowed_list` of `/proc/self/status` (`0-3,8`); nil where that cannot be read.
    static var count: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed_list:") })
        else { return nil }
        return count(inList: line.dropFirst("Cpus_allowed_list:".count).filter { $0 != "\t" && $0 != " " })
    }

    /// Counts the cores of a list such as `0-3,8`; nil for any other text.
    static func count(inList list: String) -> Int? {
        var total = 0
        for range in list.split(separator: ",") {
            let ends = range.split(separator: "-").map { Int($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], last >= first else { return nil }
            total += last - first + 1
        }
        return total > 0 ? total : nil
    }
}
