import HTTPFetching
import WireFormats

/// Why the engine's list could not be had.
public struct ContainerEngineError: Error, CustomStringConvertible {
    /// The socket that was asked.
    public let socket: String
    /// What went wrong.
    public let reason: String

    /// One line, with what to do.
    public var description: String {
        "the container engine at \(socket) cannot be asked: \(reason); allowed: the API socket of Docker or of podman system service"
    }
}

/// The container engine behind a Unix socket; Docker and podman speak the same API.
public struct ContainerEngine: Sendable {
    /// The socket's path.
    public let socket: String
    private let fetcher = HTTPFetcher()
    private static let maximumBytes = 64 << 20

    /// The engine behind a socket.
    public init(socket: String) { self.socket = socket }

    /// The containers that run now.
    public func running() async throws(ContainerEngineError) -> [RunningContainer] {
        // Without a version in the path the engine takes its own newest; each new Docker drops old ones.
        let request = FetchRequest(
            url: "http://localhost/containers/json", timeoutSeconds: 5, maximumBytes: Self.maximumBytes, unixSocket: socket)
        let response: FetchResponse
        do { response = try await fetcher.fetch(request) } catch { throw ContainerEngineError(socket: socket, reason: error.description) }
        guard response.status == 200 else { throw ContainerEngineError(socket: socket, reason: "it answered \(response.status)") }
        guard let list = try? JSONValue(parsing: response.body), let containers = list.elements else {
            throw ContainerEngineError(socket: socket, reason: "its answer is not a list of containers")
        }
        return containers.compactMap(RunningContainer.init)
    }
}
