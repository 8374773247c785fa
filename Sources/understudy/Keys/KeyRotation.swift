import Control
import Cryptography
import HTTPServing
import ServiceLifecycle
import Surroundings
import Synchronization
import TokenIssuance
import WireFormats

/// Changes the key that signs, on demand and by schedule, and tells which keys there are.
final class KeyRotation: Sendable {
    private let keys: SigningKeys
    private let files: SigningKeyFiles?
    private let clock: WallClock
    private let entropy: Entropy
    /// One rotation at a time: each takes an RSA key to make.
    private let turn = Mutex(())

    init(keys: SigningKeys, files: SigningKeyFiles?, clock: WallClock, entropy: Entropy) {
        self.keys = keys
        self.files = files
        self.clock = clock
        self.entropy = entropy
    }

    /// Lets the next key sign; false while there is none.
    ///
    /// Makes a key, so not for an event loop.
    func rotate() throws -> Bool {
        try turn.withLock { _ in
            let now = clock.now
            guard keys.next != nil else { return false }
            let fresh = try TokenSigningKey.generate(commonName: KeyMaterial.signingCommonName, now: now, entropy: entropy)
            guard let files else { return keys.rotate(publishing: fresh, at: now) }
            // On disk first: a key that signed and was not kept would take its tokens with it. What is rotated is what is kept, for
            // another server may have rotated it a moment ago.
            guard let ring = try files.rotate(publishing: fresh, until: now + SigningKeys.retentionSeconds, now: now) else { return false }
            _ = keys.adopt(ring)
            return true
        }
    }

    /// The published keys, by id and role.
    var document: JSONValue {
        [
            "keys": .array(
                keys.entries(at: clock.now).map { entry in
                    var members = [JSONMember("kid", .string(entry.key.keyID))]
                    switch entry.role {
                    case .signing: members.append(JSONMember("role", "signing"))
                    case .next: members.append(JSONMember("role", "next"))
                    case .retired(let until):
                        members.append(JSONMember("role", "retired"))
                        members.append(JSONMember("publishedUntil", .string(CivilTime(until).rfc3339)))
                    }
                    return .object(members)
                })
        ]
    }

    private static let told = ControlAnswer.document(
        .object([
            .required(
                "keys",
                .array(
                    of: .object([
                        .required("kid", .text), .required("role", .choice(["signing", "next", "retired"])),
                        .optional("publishedUntil", .instant),
                    ])))
        ]), "The keys.")

    /// The keys as operations of the control listener.
    var operations: [ControlOperation] {
        [
            ControlOperation("GET", "/keys", "Lists the published signing keys and what each is for.", changes: false, answers: [Self.told])
            {
                _, _ in ControlWire.document(self.document)
            },
            ControlOperation(
                "POST", "/keys/rotate", "Lets the next key sign; the old one stays published.", changes: true,
                answers: [
                    Self.told, .problem(.conflict, "The next key is still being made."),
                    .problem(.internalServerError, "The keys could not be kept."),
                ]
            ) { _, _ in
                do {
                    guard try self.rotate() else {
                        return ControlWire.problem(.conflict, "The next key is still being made; ask again in a moment.")
                    }
                    return ControlWire.document(self.document)
                } catch {
                    return ControlWire.problem(.internalServerError, "The keys could not be rotated: \(error)")
                }
            },
        ]
    }
}

/// Rotates the signing keys again and again, by the emulated clock.
struct ScheduledRotation: Service {
    let rotation: KeyRotation
    let seconds: Int64
    let clock: WallClock
    /// Says that a rotation failed; the next one is tried all the same.
    let complain: @Sendable (any Error) -> Void
    /// Waits by that clock.
    let sleep: @Sendable (Duration) async throws -> Void

    /// A clock that jumps over many turns takes no more than these: no key that anybody knew signs any more, which is all that more do.
    private static let mostTurnsAtOnce: Int64 = 2

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var due = clock.now + seconds
            while true {
                // Where the clock is set back, the next turn is as long after that as any.
                due = min(due, clock.now + seconds)
                try await sleep(.seconds(due - clock.now))
                let now = clock.now
                due = min(due, now)
                let turns = (now - due) / seconds + 1
                for _ in 0..<min(turns, Self.mostTurnsAtOnce) {
                    do { _ = try rotation.rotate() } catch { complain(error) }
                }
                due = due + turns * seconds
            }
        }
    }
}
