import Cryptography
public import Surroundings
import Synchronization
import WireFormats

/// The challenges of an Arc agent: a caller proves that it may read a directory, by the content of a file there.
///
/// A key is good for one token; a key that nobody came back with is forgotten, and its file removed, after ten minutes or when there
/// are many. Any thread may call it; it writes files, so it is not for an event loop.
public final class ArcChallenges: Sendable {
    /// Where agents keep their keys, and the only place SDKs read them from (source: sdk-clients.md §2.1, §2.2).
    public static let usualDirectory = "/var/opt/azcmagent/tokens"

    private struct Pending {
        let name: String
        let key: SecretBytes
        let expires: UnixSeconds
    }

    private static let lifetimeSeconds: Int64 = 600
    private static let maximumPending = 64

    private let files: ArcKeyFiles
    private let realm: String
    private let entropy: Entropy
    private let pending = Mutex<[Pending]>([])

    /// Challenges with keys in a directory.
    ///
    /// - Parameters:
    ///   - directory: where the keys are written.
    ///   - realm: the directory as callers are told it; another one where they see it under another name.
    public init(directory: String, realm: String, entropy: Entropy) {
        files = ArcKeyFiles(directory: directory)
        self.realm = realm
        self.entropy = entropy
    }

    /// Makes the directory, so that a start fails rather than the first token.
    public func prepare() throws(ArcChallengeError) { try files.makeDirectory() }

    /// Writes a new key, and gives the path that callers are told.
    func issue(now: UnixSeconds) throws(ArcChallengeError) -> String {
        let name = "\(GUID(from: entropy)).key"
        let key: [UInt8]
        do { key = Array(Hexadecimal.encode(try SecureRandom.bytes(32)).utf8) } catch { throw ArcChallengeError(description: "\(error)") }
        try files.keep(name, key)
        let dropped = pending.withLock { pending in
            let stale = pending.count { $0.expires <= now }
            let surplus = max(stale, pending.count - Self.maximumPending + 1)
            let dropped = pending.prefix(max(0, surplus)).map(\.name)
            pending.removeFirst(dropped.count)
            pending.append(Pending(name: name, key: SecretBytes(key), expires: now + Self.lifetimeSeconds))
            return dropped
        }
        dropped.forEach(files.remove)
        return "\(realm)/\(name)"
    }

    /// Whether an `Authorization` header carries a key that is waited for; such a key is used up.
    func accepts(_ authorization: String?, now: UnixSeconds) -> Bool {
        guard let authorization, authorization.lowercased().hasPrefix("basic ") else { return false }
        let sent = authorization.dropFirst("basic ".count).utf8.drop { $0 == UInt8(ascii: " ") }
        let used = pending.withLock { pending -> String? in
            guard let index = pending.firstIndex(where: { $0.expires > now && $0.key.matches(sent) }) else { return nil }
            return pending.remove(at: index).name
        }
        guard let used else { return false }
        files.remove(used)
        return true
    }

    /// Removes the files nobody came back for.
    public func cleanUp() {
        let left = pending.withLock { pending in
            defer { pending.removeAll() }
            return pending.map(\.name)
        }
        left.forEach(files.remove)
    }
}

/// A key that could not be kept for a caller.
public struct ArcChallengeError: Error, Sendable, CustomStringConvertible {
    /// Path, problem and what to do.
    public let description: String
}
