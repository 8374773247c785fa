import Surroundings
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The projected token's file: read when first needed and again once ten minutes are over, used exactly as it stands
/// (source: workload-identity.md §2.5).
final class AssertionFile: Sendable {
    private static let lifetimeNanoseconds: Int64 = 600 * 1_000_000_000
    /// A projected token has about one kilobyte.
    private static let longest = 1 << 20

    private let path: String
    private let source: ProjectedTokenSource
    private let kept = Mutex<(assertion: SecretBytes, expires: Int64)?>(nil)

    init(path: String, source: ProjectedTokenSource) {
        self.path = path
        self.source = source
    }

    /// The assertion as it stands at `nanoseconds` since the epoch.
    func assertion(at nanoseconds: Int64) throws(CredentialFailure) -> SecretBytes {
        if let kept = kept.withLock({ $0 }), kept.expires >= nanoseconds { return kept.assertion }
        let read: SecretBytes
        switch source {
        case .file: read = SecretBytes(try contents())
        case .memory(let token):
            guard let token = token(path) else { throw failure("open", ENOENT) }
            read = SecretBytes(token)
        }
        kept.withLock { $0 = (read, nanoseconds + Self.lifetimeNanoseconds) }
        return read
    }

    /// The whole file; failures in Go's words.
    private func contents() throws(CredentialFailure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", errno) }
        defer { _ = close(descriptor) }
        var contents: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = unsafe read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", errno) }
            guard count > 0 else { return contents }
            contents += piece[..<count]
            guard contents.count <= Self.longest else { throw failure("read", EFBIG) }
        }
    }

    private func failure(_ operation: String, _ number: Int32) -> CredentialFailure {
        .failed("\(operation) \(path): \(GoFetchError.systemText(number))")
    }
}
