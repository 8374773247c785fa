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

    /// The keys of `directory`; new ones are certified under `commonName`.
    public init(in directory: KeyDirectory, commonName: String, entropy: Entropy) {
        self.directory = directory
        self.commonName = commonName
        self.entropy = entropy
    }

    /// The key that signs, made first when there is none.
    public func signingKey(now: UnixSeconds) throws -> TokenSigningKey {
        try TokenSigningKey.loadOrGenerate(Self.signing, in: directory, commonName: commonName, now: now, entropy: entropy)
    }

    /// The key that signs next, made first when there is none, or when a rotation was cut short after it began to sign.
    public func nextKey(after signing: TokenSigningKey, now: UnixSeconds) throws -> TokenSigningKey {
        let kept = try TokenSigningKey.loadOrGenerate(Self.next, in: directory, commonName: commonName, now: now, entropy: entropy)
        guard kept.keyID == signing.keyID else { return kept }
        let made = try TokenSigningKey.generate(commonName: commonName, now: now, entropy: entropy)
        try made.store(Self.next, in: directory)
        return made
    }

    /// Keys that signed before and whose tokens may still live; files of others are removed.
    public func retiredKeys(now: UnixSeconds) throws -> [(key: TokenSigningKey, until: UnixSeconds)] {
        var found: [(key: TokenSigningKey, until: UnixSeconds)] = []
        for name in try directory.names() {
            guard let until = Self.end(ofRetired: name) else { continue }
            if until <= now {
                try directory.remove(name)
            } else if let key = try TokenSigningKey.load(name, from: directory) {
                found.append((key, until))
            }
        }
        return found
    }

    /// Keeps a rotation: `old` signs no more, `signing` does, `fresh` is next.
    ///
    /// In an order in which no key is lost, wherever it is cut short.
    public func keep(old: TokenSigningKey, until: UnixSeconds, signing: TokenSigningKey, fresh: TokenSigningKey) throws {
        try directory.withLock {
            let thumbprint = Hexadecimal.encode(old.certificate.sha1Thumbprint.prefix(4))
            try old.store("\(Self.retiredPrefix)\(until.rawValue)-\(thumbprint)\(Self.suffix)", in: directory)
            try signing.store(Self.signing, in: directory)
            try fresh.store(Self.next, in: directory)
        }
    }

    /// `signing-key-retired-<seconds>-<thumbprint>.pem`.
    private static func end(ofRetired name: String) -> UnixSeconds? {
        guard name.hasPrefix(retiredPrefix), name.hasSuffix(suffix) else { return nil }
        return Int64(name.dropFirst(retiredPrefix.count).prefix { $0 != "-" }).map { UnixSeconds($0) }
    }
}
