#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The files with an Arc agent's keys.
///
/// They are 0640: whoever is in the directory's group may read them, as on a real machine the members of the agent's group may.
struct ArcKeyFiles: Sendable {
    let directory: String

    /// Makes the directory and its parents (0750) unless they are there.
    func makeDirectory() throws(ArcChallengeError) {
        var path = ""
        for component in directory.split(separator: "/") {
            path += directory.hasPrefix("/") || !path.isEmpty ? "/\(component)" : "\(component)"
            guard unsafe mkdir(path, 0o750) == 0 || errno == EEXIST else { throw failure(path, "cannot be made") }
        }
        guard unsafe access(directory, W_OK | X_OK) == 0 else { throw failure(directory, "cannot be written to") }
    }

    /// Writes a new file.
    func keep(_ name: String, _ bytes: [UInt8]) throws(ArcChallengeError) {
        let path = "\(directory)/\(name)"
        let number = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o640)
        guard number >= 0 else { throw failure(path, "cannot be made") }
        defer { _ = close(number) }
        // SAFETY: `bytes` lives as long as the call; so few bytes are written at once or not at all.
        guard unsafe write(number, bytes, bytes.count) == bytes.count else {
            let error = failure(path, "cannot be written")
            _ = unsafe unlink(path)
            throw error
        }
    }

    /// Removes a file; one that is not there is none to remove.
    func remove(_ name: String) { _ = unsafe unlink("\(directory)/\(name)") }

    private func failure(_ path: String, _ problem: String) -> ArcChallengeError {
        let code = errno
        // SAFETY: strerror gives a string of the C library that stays valid until this thread's next call; it is copied at once.
        let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error"
        return ArcChallengeError(
            description: "\(path) \(problem): \(text.lowercased()) (errno \(code)); run as root, or name a directory of your own with "
                + "--arc-directory and mount it at \(ArcChallenges.usualDirectory) where the workload runs")
    }
}
