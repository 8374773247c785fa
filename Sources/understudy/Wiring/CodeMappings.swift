import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The code and constants of the program and its libraries, as they are mapped into this process.
enum CodeMappings {
    /// Unmaps what was read so far; what is used again comes back from the system's cache.
    ///
    /// Starting runs through most of the code once: reading manifests, making keys and certificates, linking itself. The kernel maps
    /// code in large pieces, and counts all of it as this process's for as long as it runs.
    static func letGo() {
        guard let mappings = try? String(contentsOfFile: "/proc/self/smaps", encoding: .utf8) else { return }
        for range in unchanged(in: mappings) {
            // SAFETY: the pages are those of a file, cannot be written to, and none of them differs from the file.
            unsafe madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// Where files are mapped that cannot be written to, and were not before either: the loader writes addresses into some and then
    /// locks them (format: proc_pid_smaps(5)).
    static func unchanged(in mappings: String) -> [Range<UInt>] {
        var found: [Range<UInt>] = []
        var candidate: Range<UInt>?
        for line in mappings.split(separator: "\n") {
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
