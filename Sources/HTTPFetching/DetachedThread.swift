internal import CCurl

/// Threads for work that blocks, apart from the pools that tasks and dispatch queues share: those have about as many
/// threads as there are processors, and a few silent peers would occupy them all.
package enum DetachedThread {
    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Runs `body` on a thread of its own that takes no signals; false, with nothing run, when the system has none left.
    package static func start(_ body: sending @escaping () -> Void) -> Bool {
        // SAFETY: retained here for the thread, released there; here only when no thread came to be.
        let work = unsafe Unmanaged.passRetained(Work(body))
        let code = unsafe understudy_start_thread(runWork, work.toOpaque())
        if code != 0 { unsafe work.release() }
        return code == 0
    }

    private static let runWork: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        if let context = unsafe context { unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
        return nil
    }
}
