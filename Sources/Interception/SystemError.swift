internal import Glibc

/// An error number of the system, told in its own words: `no such file or directory`.
struct SystemError: Error, Hashable, CustomStringConvertible {
    let code: Int32

    init(_ code: Int32) { self.code = code }

    var description: String {
        // SAFETY: strerror gives a string of the C library that stays valid until this thread's next call; it is copied at once.
        let words = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return words.prefix(1).lowercased() + words.dropFirst()
    }

    /// Whether it is for lack of privilege, or because what is asked for is mounted read-only.
    var isForbidden: Bool { [EPERM, EACCES, EROFS].contains(code) }
}
