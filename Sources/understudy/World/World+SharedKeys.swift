import IdentityStore
import Logging

extension World {
    /// Follows rotations of other processes on the same state directory; nil for keys that live in memory only.
    func sharedKeys(logger: Logger) throws -> SharedKeys? {
        guard let files = keys.signingKeyFiles else { return nil }
        do {
            return try SharedKeys(keys: keys.signingKeys, files: files, clock: clock, logger: logger)
        } catch {
            throw Console.failure("cannot watch the state directory: \(error)")
        }
    }
}
