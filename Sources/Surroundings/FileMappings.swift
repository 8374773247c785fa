/// What the kernel tells of the files that are mapped into a process (format: proc_pid_smaps(5)).
public enum FileMappings {
    /// Addresses at which files are mapped that cannot be written to, and were not before either: the loader writes addresses into some
    /// parts and locks them then.
    ///
    /// - Parameter text: `/proc/PID/smaps`; what is not in its form is passed over.
    public static func unchanged(in text: String) -> [Range<UInt>] {
        var found: [Range<UInt>] = []
        var candidate: Range<UInt>?
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5)
            if fields.count >= 5, fields[1].count == 4 {
                candidate = ["r-xp", "r--p"].contains(fields[1]) && fields[4] != "0" ? range(fields[0]) : nil
            } else if fields.count >= 2, fields[0] == "Anonymous:", let range = candidate {
                if fields[1] == "0" { found.append(range) }
                candidate = nil
            }
        }
        return found
    }

    private static func range(_ text: Substring) -> Range<UInt>? {
        let ends = text.split(separator: "-").compactMap { UInt($0, radix: 16) }
        return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
    }
}
