internal import CNamespace
internal import Glibc

/// Network namespaces: where the rules are, not where the process is.
///
/// A thread can enter one and leaves it only by ending, so each piece of work has a thread of its own; the programs it starts and the files
/// below `/proc/sys/net` it opens are the namespace's.
enum NetworkNamespace {
    /// Runs `body` on a thread of its own inside a namespace.
    ///
    /// - Parameter name: what `ip netns` calls it, or a path to it; nil for the process's own.
    static func run<Result: Sendable>(
        _ name: String?, _ body: @escaping @Sendable () throws(InterceptionError) -> Result
    ) async throws(InterceptionError) -> Result {
        let outcome = await withCheckedContinuation { (continuation: CheckedContinuation<Swift.Result<Result, InterceptionError>, Never>) in
            let work = ThreadWork {
                let outcome = Swift.Result { () throws(InterceptionError) -> Result in
                    if let name { try enter(name) }
                    return try body()
                }
                continuation.resume(returning: outcome)
            }
            if let code = work.start() {
                continuation.resume(returning: .failure(.resources(call: "thread", reason: "\(SystemError(code))")))
            }
        }
        return try outcome.get()
    }

    private static func enter(_ name: String) throws(InterceptionError) {
        let path = name.contains("/") ? name : "/run/netns/\(name)"
        func failure(_ reason: String, _ code: Int32) -> InterceptionError {
            .namespace(name: name, reason: reason, isForbidden: SystemError(code).isForbidden)
        }
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else {
            throw failure(errno == ENOENT ? "there is no \(path)" : "\(path): \(SystemError(errno))", errno)
        }
        let descriptor = Descriptor(owning: number)
        guard understudy_enter_network_namespace(descriptor.number) == 0 else {
            throw failure(errno == EINVAL ? "\(path) is not a network namespace" : "it cannot be entered: \(SystemError(errno))", errno)
        }
    }

    /// A number that no other network namespace of this boot has or will have: its cookie (SO_NETNS_COOKIE, Linux 5.14), before that the
    /// inode of the calling thread's namespace.
    static func identity() throws(InterceptionError) -> String {
        let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw .resources(call: "socket", reason: "\(SystemError(errno))") }
        let descriptor = Descriptor(owning: number)
        var cookie: UInt64 = 0
        var length = socklen_t(MemoryLayout<UInt64>.size)
        let netnsCookie: Int32 = 71
        // SAFETY: the kernel writes at most `length` bytes, the size of the cookie.
        if unsafe getsockopt(descriptor.number, SOL_SOCKET, netnsCookie, &cookie, &length) == 0 { return "\(cookie)" }
        var status = stat()
        guard unsafe stat("/proc/thread-self/ns/net", &status) == 0 else {
            throw .resources(call: "/proc/thread-self/ns/net", reason: "\(SystemError(errno))")
        }
        return "inode-\(status.st_ino)"
    }
}

/// Work for one thread.
private final class ThreadWork {
    private let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }

    /// Starts a thread that does the work; the system's error number when there is none.
    func start() -> Int32? {
        var thread = pthread_t()
        // SAFETY: the thread takes over the one reference handed to it; if there is no thread, it is taken back here.
        let box = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(
            &thread, nil,
            { raw in
                if let raw = unsafe raw { unsafe Unmanaged<ThreadWork>.fromOpaque(raw).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            unsafe box.release()
            return code
        }
        pthread_detach(thread)
        return nil
    }
}
