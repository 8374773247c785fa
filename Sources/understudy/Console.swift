#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import ArgumentParser
import IdentityModel

/// Text for people and programs: results on standard output, everything else on standard error.
enum Console {
    static func print(_ text: String) { print(Array(text.utf8)) }

    /// Prints lines of which the last lacks its end.
    static func print(_ bytes: consuming [UInt8]) { write(bytes, to: STDOUT_FILENO) }

    static func complain(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

    /// Says what is wrong and ends the command with exit code 1.
    static func failure(_ text: String) -> ExitCode {
        complain("understudy: \(text)")
        return ExitCode(1)
    }

    /// Says what is wrong with manifests, a problem a line, and ends the command with exit code 1.
    static func failure(_ refusal: ManifestRefusal) -> ExitCode {
        failure("the manifests are refused:\n" + refusal.problems.map { "  \($0)" }.joined(separator: "\n"))
    }

    /// Large reports are written from where they were rendered: appending the line end copies nothing.
    private static func write(_ bytes: consuming [UInt8], to descriptor: Int32) {
        bytes.append(UInt8(ascii: "\n"))
        var rest = bytes[...]
        while !rest.isEmpty {
            // SAFETY: the buffer outlives the call, and no more than its length is written.
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return  // nobody reads any more; there is nobody to tell
            }
            rest = rest.dropFirst(count)
        }
    }
}
