internal import Glibc

/// Files of at most a few pages, such as those below `/proc`.
enum SmallFile {
    /// All of its text.
    static func read(_ path: String) throws(SystemError) -> String {
        let descriptor = try open(path, O_RDONLY)
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while text.count < 1 << 20 {
            let count = unsafe Glibc.read(descriptor.number, &chunk, chunk.count)
            guard count >= 0 else { throw SystemError(errno) }
            guard count > 0 else { break }
            text += chunk.prefix(count)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Writes all of `text` in one call, as the kernel's settings want it; the file must be there.
    static func write(_ path: String, _ text: String) throws(SystemError) {
        try write(text, to: open(path, O_WRONLY))
    }

    /// Puts a file with that text in the place of `path`, readable by its owner alone; others see the old one or the new one, whole.
    static func replace(_ path: String, with text: String) throws(SystemError) {
        let new = path + ".new"
        try write(text, to: open(new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600))
        guard unsafe rename(new, path) == 0 else { throw SystemError(errno) }
    }

    /// The names in a directory; none when it cannot be read.
    static func names(in directory: String) -> [String] {
        guard let stream = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            // SAFETY: the name ends with a zero byte inside the entry, which lives until the next call for this stream.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemError) -> Descriptor {
        let number = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
        guard number >= 0 else { throw SystemError(errno) }
        return Descriptor(owning: number)
    }

    private static func write(_ text: String, to descriptor: borrowing Descriptor) throws(SystemError) {
        let bytes = Array(text.utf8)
        let count = unsafe Glibc.write(descriptor.number, bytes, bytes.count)
        guard count == bytes.count else { throw SystemError(count < 0 ? errno : EIO) }
    }
}
