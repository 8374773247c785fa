import IdentityModel
public import Logging
public import ServiceLifecycle

/// Keeps the store in step with the files it came from, as a service.
///
/// A good change is served from the next request on. A bad one is refused whole: the log says where it is wrong, `/readyz` and a
/// metric show it, and the last good state serves on.
public struct ManifestReloader: Service {
    private let arguments: [String]
    private let standardInput: ManifestFile?
    private let watcher: FileWatcher
    private let store: IdentityStore
    private let logger: Logger

    /// Starts watching at once; `run` looks once more before it waits, so that no change since the first load is missed.
    ///
    /// - Parameter standardInput: what `-` among the arguments was read as; it cannot be read again.
    public init(arguments: [String], standardInput: ManifestFile?, store: IdentityStore, logger: Logger) throws(ManifestPathError) {
        self.arguments = arguments
        self.standardInput = standardInput
        self.store = store
        self.logger = logger
        watcher = try FileWatcher(arguments: arguments)
    }

    /// Reloads on each burst of changes until graceful shutdown.
    public func run() async {
        let changes = watcher.changes()
        // Something may have changed between the first load and this subscription.
        reload()
        for await _ in changes.cancelOnGracefulShutdown() { reload() }
        watcher.stop()
    }

    private func reload() {
        let before = store.current.generation
        let stoodRefused = store.status.refusal != nil
        do {
            let files = try ManifestFiles.read(arguments, standardInput: standardInput)
            // A directory that is emptied would make every caller the node.
            guard !files.isEmpty else { throw ManifestPathError(path: arguments.joined(separator: " "), reason: "no manifest is left") }
            try store.load(files)
            let generation = store.current.generation
            if generation != before || stoodRefused { logger.info("manifests reloaded", metadata: ["generation": "\(generation)"]) }
        } catch {
            // The store has noted a refusal of its own; what could not even be read it has not seen.
            if let error = error as? ManifestPathError {
                store.refuse(
                    ManifestRefusal(problems: [
                        ManifestProblem(place: ManifestPlace(file: error.path, document: 0), line: 0, syntaxReason: error.reason)
                    ]))
            }
            logger.error("manifests refused; the last good state serves on", metadata: ["problems": "\(error)"])
        }
    }
}
