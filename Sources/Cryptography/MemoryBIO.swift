internal import COpenSSL

/// Owns a growing in-memory BIO, the sink libcrypto writes PEM and text into.
///
/// libcrypto wipes it when it is freed.
@safe
struct MemoryBIO: ~Copyable {
    private let raw: OpaquePointer

    init() throws(CryptographyError) {
        guard let raw = unsafe BIO_new(BIO_s_mem()) else { throw CryptographyError(drainingQueueAfter: "allocating a buffer") }
        unsafe self.raw = raw
    }

    deinit { unsafe BIO_free_all(raw) }

    /// What `write` put into a fresh buffer; `write` answers with libcrypto's result code.
    static func collect(
        _ operation: String, _ write: (_ bio: OpaquePointer) -> Int32
    ) throws(CryptographyError) -> [UInt8] {
        let buffer = try MemoryBIO()
        try CryptographyError.check(unsafe write(buffer.raw), operation)
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe understudy_bio_mem_data(buffer.raw, &start)
        guard let start = unsafe start, count > 0 else { throw CryptographyError(operation, "nothing was written") }
        // SAFETY: the BIO owns `count` bytes at `start` until it is freed, after this copy.
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Lends `bytes` to `body` as a read-only BIO, which ends with the call.
    static func reading<Result>(
        _ bytes: [UInt8], _ operation: String, _ body: (_ bio: OpaquePointer) -> Result?
    ) throws(CryptographyError) -> Result {
        guard let count = Int32(exactly: bytes.count), count > 0 else {
            throw CryptographyError(operation, "the input is empty or too long")
        }
        // SAFETY: the BIO refers to the bytes without copying and is freed before the closure that lends them returns.
        let result: Result? = unsafe bytes.withUnsafeBytes { buffer in
            guard let bio = unsafe BIO_new_mem_buf(buffer.baseAddress, count) else { return nil }
            defer { unsafe BIO_free_all(bio) }
            return unsafe body(bio)
        }
        // A reader may leave notes in the queue although it succeeded.
        guard let result else { throw CryptographyError(drainingQueueAfter: operation) }
        CryptographyError.drainQueue()
        return result
    }
}
