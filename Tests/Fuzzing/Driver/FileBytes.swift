import FoundationEssentials
import Glibc

/// Files as bytes.
enum FileBytes {
    static func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    static func write(_ bytes: [UInt8], toFile path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }

    /// Writes to an open descriptor; what cannot be written is lost, for there is nobody left to tell.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        // SAFETY: the buffer lives for the call and its own count is given.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
