internal import Glibc

/// Owns one file descriptor, which no child inherits by itself.
struct Descriptor: ~Copyable {
    let number: Int32

    init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    /// Both ends of a new pipe.
    static func pipe() throws(InterceptionError) -> Pipe {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw .resources(call: "pipe", reason: "\(SystemError(errno))") }
        let pipe = Pipe(reading: Descriptor(owning: ends[0]), writing: Descriptor(owning: ends[1]))
        for end in ends {
            guard fcntl(end, F_SETFD, FD_CLOEXEC) == 0 else { throw .resources(call: "fcntl", reason: "\(SystemError(errno))") }
        }
        return pipe
    }
}

/// The two ends of a pipe.
struct Pipe: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    consuming func takeReading() -> Descriptor { reading }
}
