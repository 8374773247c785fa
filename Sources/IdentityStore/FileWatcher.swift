internal import Glibc
internal import Synchronization

/// Tells when the manifests that arguments mean may have changed, by inotify.
///
/// The directories that hold the files are watched, not the files: editors rename over a file, and a ConfigMap volume swaps a link. It tells
/// within 50 ms of the first event and as soon as 20 ms have passed without another. Writing in place counts when the writer closes the file.
///
/// The waiting happens on a thread of its own, which owns the table of watches; `changes()` and `stop()` may be called from anywhere.
public final class FileWatcher: Sendable {
    private let descriptors: WatchDescriptors
    private let subscribers = ChangeSubscribers()

    /// Starts watching.
    ///
    /// - Parameter arguments: the arguments of ``ManifestFiles/read(_:standardInput:)``; `-` is not watched.
    /// - Throws: for a path that does not exist, or when the system has no watches left.
    public init(arguments: [String]) throws(ManifestPathError) {
        descriptors = try WatchDescriptors()
        let loop = try FileWatcherLoop(arguments: arguments.filter { $0 != "-" }, descriptors: descriptors, subscribers: subscribers)
        var thread = pthread_t()
        // SAFETY: the thread takes over the one reference handed to it; if there is no thread, it is taken back here.
        let box = unsafe Unmanaged.passRetained(loop)
        let code = unsafe pthread_create(
            &thread, nil,
            { raw in
                if let raw = unsafe raw { unsafe Unmanaged<FileWatcherLoop>.fromOpaque(raw).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            unsafe box.release()
            throw ManifestPathError(path: arguments.first ?? "", code: code)
        }
        pthread_detach(thread)
    }

    deinit { stop() }

    /// A stream with an element for each burst of changes.
    ///
    /// A subscriber that is busy finds one element waiting, however many bursts there were. The stream ends when watching does.
    public func changes() -> AsyncStream<Void> { subscribers.subscribe() }

    /// Stops watching and ends every stream.
    ///
    /// Calling it again does nothing.
    public func stop() {
        descriptors.wake()
        subscribers.finish()
    }
}

/// The descriptors of a watcher: inotify's, and a pair of sockets to wake the waiting thread.
///
/// Closed here and nowhere else, when neither the watcher nor its thread needs them.
final class WatchDescriptors: Sendable {
    let inotify: Int32
    /// The end that becomes readable when the thread is to stop.
    let wakeup: Int32
    private let waker: Int32

    init() throws(ManifestPathError) {
        var ends: [Int32] = [-1, -1]
        let paired = unsafe socketpair(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
        let pairCode = errno
        (wakeup, waker) = (ends[0], ends[1])
        inotify = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        let inotifyCode = errno
        // From here on all three are owned, and a failure closes what there is.
        guard paired == 0 else { throw ManifestPathError(path: "file watching", code: pairCode) }
        guard inotify >= 0 else { throw ManifestPathError(path: "file watching", code: inotifyCode) }
    }

    deinit {
        for descriptor in [inotify, wakeup, waker] where descriptor >= 0 { close(descriptor) }
    }

    func wake() {
        // A full socket fails with EAGAIN, and then the thread has been woken already.
        _ = unsafe write(waker, [1] as [UInt8], 1)
    }
}

/// Who wants to be told.
final class ChangeSubscribers: Sendable {
    private struct State {
        var next = 0
        var continuations: [Int: AsyncStream<Void>.Continuation] = [:]
        var isFinished = false
    }

    private let state = Mutex(State())

    func subscribe() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state -> Int? in
            guard !state.isFinished else { return nil }
            state.next += 1
            state.continuations[state.next] = continuation
            return state.next
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.remove(id) }
        return stream
    }

    func tell() {
        for continuation in state.withLock({ Array($0.continuations.values) }) { continuation.yield() }
    }

    func finish() {
        // Outside the lock: finishing calls back into `remove`.
        let all = state.withLock { state in
            state.isFinished = true
            defer { state.continuations = [:] }
            return Array(state.continuations.values)
        }
        for continuation in all { continuation.finish() }
    }

    private func remove(_ id: Int) { state.withLock { _ = $0.continuations.removeValue(forKey: id) } }
}
