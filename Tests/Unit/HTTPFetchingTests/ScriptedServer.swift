import HTTPFetching
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

struct SocketFailure: Error {
    let call: String
    let code: Int32
}

/// Answers every connection with the bytes its script gives for the request it read, then closes it.
///
/// A script that gives nil leaves the caller waiting until the server ends.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (_ request: String) -> [UInt8]?

    /// 0 for a Unix socket.
    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var requests: [String] = []
        var waiting: [Int32] = []
        var ended = false
    }

    /// The requests read so far, bodies included.
    var requests: [String] { state.withLock { $0.requests } }

    /// Listens on a port of the system's choice on 127.0.0.1, or on a Unix socket at `path`, while `body` runs.
    static func serving(
        at path: String? = nil, _ script: @escaping Script, _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        let server = try ScriptedServer(path: path)
        guard DetachedThread.start({ server.acceptAll(script) }) else { throw SocketFailure(call: "pthread_create", code: EAGAIN) }
        defer { server.end() }
        try await body(server)
    }

    /// A port of 127.0.0.1 where nothing listens: one that was just bound and closed.
    static func closedPort() throws -> UInt16 {
        let server = try ScriptedServer(path: nil)
        _ = close(server.listener)
        return server.port
    }

    private init(path: String?) throws {
        let listener = socket(path == nil ? AF_INET : AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw SocketFailure(call: "socket", code: errno) }
        self.listener = listener
        if let path {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
                for (index, byte) in path.utf8.prefix(field.count - 1).enumerated() { unsafe field[index] = byte }
            }
            let bound = unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard bound == 0 else { throw SocketFailure(call: "bind", code: errno) }
            port = 0
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = unsafe withUnsafeMutablePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
                }
            }
            guard bound else { throw SocketFailure(call: "bind", code: errno) }
            port = UInt16(bigEndian: address.sin_port)
        }
        guard listen(listener, 16) == 0 else { throw SocketFailure(call: "listen", code: errno) }
    }

    private func acceptAll(_ script: Script) {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            let request = Self.readRequest(connection)
            state.withLock { $0.requests.append(request) }
            if let answer = script(request) {
                var sent = 0
                while sent < answer.count {
                    let count = unsafe answer.withUnsafeBytes {
                        unsafe send(connection, $0.baseAddress.map { unsafe $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
                    }
                    if count <= 0 { break }
                    sent += count
                }
                _ = shutdown(connection, Int32(SHUT_WR))
                _ = close(connection)
            } else {
                let ended = state.withLock { state in
                    if !state.ended { state.waiting.append(connection) }
                    return state.ended
                }
                if ended { _ = close(connection) }
            }
        }
    }

    private func end() {
        _ = shutdown(listener, Int32(SHUT_RDWR))
        _ = close(listener)
        let waiting = state.withLock { state in
            state.ended = true
            return state.waiting
        }
        for connection in waiting { _ = close(connection) }
    }

    private static func readRequest(_ connection: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            // A TLS handshake has no end to look for here; its first bytes will do.
            if bytes.first == 0x16 { return "" }
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
                let length = text[..<end.lowerBound].split(separator: "\r\n").compactMap { line -> Int? in
                    line.lowercased().hasPrefix("content-length: ") ? Int(line.dropFirst(16)) : nil
                }
                if text[end.upperBound...].utf8.count >= length.first ?? 0 { return text }
            }
            let count = unsafe read(connection, &chunk, chunk.count)
            guard count > 0 else { return text }
            bytes += chunk.prefix(count)
        }
    }
}
