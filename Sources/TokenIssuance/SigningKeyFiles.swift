public import Cryptography
public import Surroundings
import WireFormats

/// The signing keys in a state directory: the one that signs, the next, and those that signed before, each named by when it may go.
public struct SigningKeyFiles: Sendable {
    private static let signing = "signing-key-1.pem"
    private static let next = "signing-key-2.pem"
    private static let retiredPrefix = "signing-key-retired-"
    private static let suffix = ".pem"

    private let directory: KeyDirectory
    private let commonName: String
    private let entropy: Entropy
    private let systemClock: WallClock

    /// The keys of `directory`; new ones are certified under `commonName`.
    ///
    /// - Parameter systemClock: the real time, without which no key is removed: what was removed for a clock that only seems to be ahead
    ///   would be missed when it is put back.
    public init(in directory: KeyDirectory, commonName: String, entropy: Entropy, systemClock: WallClock) {
        self.directory = directory
        self.commonName = commonName
        self.entropy = entropy
        self.systemClock = systemClock
    }

    /// The file of the key that signs: whenever another one does, it is replaced.
    public var signingPath: String { directory.path(of: Self.signing) }

    /// The key that signs, made first when there is none.
    public func signingKey(now: UnixSeconds) throws -> TokenSigningKey {
        try TokenSigningKey.loadOrGenerate(Self.signing, in: directory, commonName: commonName, now: now, entropy: entropy)
    }

    /// The key that signs next, made first when there is none.
    public func nextKey(now: UnixSeconds) throws -> TokenSigningKey {
        try TokenSigningKey.loadOrGenerate(Self.next, in: directory, commonName: commonName, now: now, entropy: entropy)
    }

    /// Keys that signed, and whose tokens may still live.
    public func retiredKeys(now: UnixSeconds) throws -> [(key: TokenSigningKey, until: UnixSeconds)] {
        try retiredFiles().filter { $0.until > now }.compactMap { file in
            try TokenSigningKey.load(file.name, from: directory).map { ($0, file.until) }
        }
    }

    /// What is kept at this moment; nil when no key signs yet.
    ///
    /// Read without a lock: beside another process that rotates, only the next key may be of either time.
    public func ring(now: UnixSeconds) throws -> SigningKeyRing? {
        guard let signing = try TokenSigningKey.load(Self.signing, from: directory) else { return nil }
        return SigningKeyRing(
            signing: signing, next: try TokenSigningKey.load(Self.next, from: directory), retired: try retiredKeys(now: now))
    }

    /// Rotates what is kept: the next key signs, `fresh` is next, and the one that signed is kept until `until`.
    ///
    /// Nil when no next key is kept: then `fresh` is it, and nothing else changes. Wherever it is cut short, no key is lost that ever signed.
    /// Of the keys' files the one that tells watchers is written last. Two processes that rotate at once rotate twice. Retired keys whose
    /// time is over, by `now` and in reality, are removed.
    public func rotate(publishing fresh: TokenSigningKey, until: UnixSeconds, now: UnixSeconds) throws -> SigningKeyRing? {
        try directory.withLock {
            guard let before = try ring(now: now), let after = before.rotated(publishing: fresh, until: until, now: now) else {
                try fresh.store(Self.next, in: directory)
                return nil
            }
            let old = before.signing
            let thumbprint = Hexadecimal.encode(old.certificate.sha1Thumbprint.prefix(4))
            try old.store("\(Self.retiredPrefix)\(until.rawValue)-\(thumbprint)\(Self.suffix)", in: directory)
            try fresh.store(Self.next, in: directory)
            try after.signing.store(Self.signing, in: directory)
            let end = min(now, systemClock.now)
            for gone in try retiredFiles() where gone.until <= end { try directory.remove(gone.name) }
            return after
        }
    }

    private func retiredFiles() throws -> [(name: String, until: UnixSeconds)] {
        try directory.names().compactMap { name in Self.end(ofRetired: name).map { (name, $0) } }
    }

    /// `signing-key-retired-<seconds>-<thumbprint>.pem`.
    private static func end(ofRetired name: String) -> UnixSeconds? {
        guard name.hasPrefix(retiredPrefix), name.hasSuffix(suffix) else { return nil }
        return Int64(name.dropFirst(retiredPrefix.count).prefix { $0 != "-" }).map { UnixSeconds($0) }
    }
}
