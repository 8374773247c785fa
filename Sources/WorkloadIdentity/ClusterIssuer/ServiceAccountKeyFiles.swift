import Cryptography
import Surroundings
import WireFormats

/// The cluster's keys in a state directory: a file for each key, and one that says which of them does what.
///
/// That one is replaced whole, so processes that share the directory always read one rotation or the other.
struct ServiceAccountKeyFiles: Sendable {
    /// What the directory held at one reading.
    struct Reading: Sendable {
        let ring: ServiceAccountKeyRing
        /// The ledger as it was read; while it reads the same, so do the keys.
        let ledger: [UInt8]
    }

    private static let ledgerName = "cluster-keys.json"

    let directory: KeyDirectory

    /// What is kept; nil when nothing is.
    ///
    /// A reading that is still good is given back as it is.
    func read(known: Reading? = nil) throws -> Reading? {
        guard let ledger = try directory.read(Self.ledgerName) else { return nil }
        if let known, known.ledger == ledger { return known }
        guard let document = try? JSONValue(parsing: ledger), let signing = document["signing"]?.text, let next = document["next"]?.text
        else { throw damaged("names no signing key and no next one") }
        let retired = try (document["retired"]?.elements ?? []).compactMap { entry -> ServiceAccountKeyRing.Retired? in
            guard let keyID = entry["kid"]?.text, let until = entry["until"]?.wholeNumber else { throw damaged("has an odd retired key") }
            // Its file may be gone by now: then its time was over.
            return try key(keyID).map { ServiceAccountKeyRing.Retired(key: $0, until: UnixSeconds(Int64(until))) }
        }
        guard let signingKey = try key(signing), let nextKey = try key(next) else { throw damaged("names a key whose file is gone") }
        return Reading(ring: ServiceAccountKeyRing(signing: signingKey, next: nextKey, retired: retired), ledger: ledger)
    }

    /// What is kept, made first when nothing is; two processes that ask at once get the same.
    func readOrMake() throws -> Reading {
        if let kept = try read() { return kept }
        return try directory.withLock {
            if let kept = try read() { return kept }
            return try write(ServiceAccountKeyRing(signing: .generate(), next: .generate(), retired: []))
        }
    }

    /// Puts the key that is published ahead to work; two processes that rotate at once rotate twice.
    func rotate(at now: UnixSeconds) throws -> Reading {
        let fresh = try ServiceAccountKey.generate()
        return try directory.withLock {
            guard let before = try read()?.ring else { throw damaged("is gone") }
            let written = try write(before.rotated(fresh: fresh, at: now))
            for gone in before.retired where gone.until <= now { try directory.remove(Self.fileName(gone.key.keyID)) }
            return written
        }
    }

    private func write(_ ring: ServiceAccountKeyRing) throws -> Reading {
        for key in [ring.signing, ring.next] {
            try directory.write(Self.fileName(key.keyID), try key.key.pem().reveal { $0 })
        }
        let ledger: JSONValue = [
            "signing": .string(ring.signing.keyID), "next": .string(ring.next.keyID),
            "retired": .array(ring.retired.map { ["kid": .string($0.key.keyID), "until": .integer($0.until.rawValue)] }),
        ]
        try directory.write(Self.ledgerName, ledger.bytes())
        return Reading(ring: ring, ledger: ledger.bytes())
    }

    private func key(_ keyID: String) throws -> ServiceAccountKey? {
        let name = Self.fileName(keyID)
        guard let bytes = try directory.read(name) else { return nil }
        let key = try ServiceAccountKey(RSAPrivateKey(pem: SecretBytes(bytes)))
        guard key.keyID == keyID else {
            throw ClusterKeyError(description: "\(directory.path(of: name)): holds another key than its name says")
        }
        return key
    }

    private static func fileName(_ keyID: String) -> String { "cluster-key-\(keyID).pem" }

    private func damaged(_ what: String) -> ClusterKeyError {
        ClusterKeyError(
            description: "\(directory.path(of: Self.ledgerName)): \(what); restore it, or remove it to have new cluster keys made")
    }
}

/// Keys of the cluster that cannot be used as they are kept.
public struct ClusterKeyError: Error, Sendable, CustomStringConvertible {
    /// The file, what is the matter and what to do.
    public let description: String
}
