import FoundationEssentials
import Surroundings

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
        for range in FileMappings.unchanged(in: mappings) {
            // SAFETY: the pages are those of a file, cannot be written to, and none of them differs from the file.
            unsafe madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }
}
