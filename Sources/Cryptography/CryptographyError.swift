internal import COpenSSL

/// A failed cryptographic operation: what was attempted and what libcrypto said.
///
/// Carries no key, token or other secret.
public struct CryptographyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was attempted, as a noun phrase: "reading a private key".
    public let operation: String
    /// Why it failed, one line each: libcrypto's drained error queue, or our own reason.
    ///
    /// May be empty.
    public let reasons: [String]

    /// A failure for a reason of our own.
    init(_ operation: String, _ reason: String) {
        self.operation = operation
        reasons = [reason]
    }

    /// A failure libcrypto reported: takes this thread's whole error queue, so that none of it is blamed on a later call.
    init(drainingQueueAfter operation: String) {
        self.operation = operation
        reasons = Self.drainQueue()
    }

    /// One line: the operation, then the reasons.
    public var description: String {
        "\(operation) failed" + (reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; "))
    }

    /// Empties this thread's error queue into text.
    ///
    /// Only codes are rendered: the queue's data strings may quote input.
    @discardableResult
    static func drainQueue() -> [String] {
        var lines: [String] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return lines }
            var text = [CChar](repeating: 0, count: 256)
            // SAFETY: libcrypto writes at most the given count, terminator included.
            unsafe ERR_error_string_n(code, &text, text.count)
            let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            lines.append(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Passes a result code on when it is one, libcrypto's word for success; any other becomes an error.
    static func check(_ result: Int32, _ operation: String) throws(CryptographyError) {
        guard result == 1 else { throw CryptographyError(drainingQueueAfter: operation) }
    }
}
