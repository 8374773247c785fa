import Cryptography
import IdentityStore
import Logging
import ServiceLifecycle
import Surroundings
import TokenIssuance

/// Keeps the signing keys in step with the state directory, where another process may rotate them, as a service.
///
/// It watches the file of the key that signs, which a rotation replaces last, and takes no lock to read.
struct SharedKeys: Service {
    let keys: SigningKeys
    let files: SigningKeyFiles
    let clock: WallClock
    let logger: Logger
    let watcher: FileWatcher

    /// Starts watching; the key that signs must be kept already.
    init(keys: SigningKeys, files: SigningKeyFiles, clock: WallClock, logger: Logger) throws(ManifestPathError) {
        self.keys = keys
        self.files = files
        self.clock = clock
        self.logger = logger
        watcher = try FileWatcher(arguments: [files.signingPath])
    }

    func run() async {
        let changes = watcher.changes()
        // Something may have changed between the first reading and this subscription.
        follow()
        for await _ in changes.cancelOnGracefulShutdown() { follow() }
        watcher.stop()
    }

    private func follow() {
        do {
            guard let ring = try files.ring(now: clock.now), keys.adopt(ring) else { return }
            logger.debug("signing keys read anew", metadata: ["kid": "\(ring.signing.keyID)"])
        } catch {
            logger.error("the signing keys cannot be read anew; the known ones serve on", metadata: ["problem": "\(error)"])
        }
    }
}
