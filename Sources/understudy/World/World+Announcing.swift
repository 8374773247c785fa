import Control
import HTTPServing
import IdentityModel
import IdentityStore
import Logging
import ManagedIdentitySources
import Synchronization
import WireFormats

extension World {
    /// Notes where a listener is, the first of each role.
    ///
    /// A listener on every address is told as loopback, which a client on this host can use.
    func bound(_ role: Role, at bound: ListenAddress) {
        let address = AuthorityAddress.reachable(bound)
        facts.withLock { facts in
            switch role {
            case .metadata: facts.metadata = facts.metadata ?? "http://\(address.text)"
            case .nodeMetadata: facts.nodeMetadata = facts.nodeMetadata ?? "http://\(address.text)"
            case .authority: facts.authority = facts.authority ?? "https://\(address.text)"
            case .control: facts.control = facts.control ?? "http://\(address.text)"
            case .source(let source):
                guard !facts.sources.contains(where: { $0.name == source.rawValue }) else { return }
                facts.sources.append((source.rawValue, "\(source.isSecure ? "https" : "http")://\(address.text)"))
            }
        }
    }

    /// Prints the one line on standard output that says the server is ready.
    func announce(_ settings: ServeSettings, logger: Logger) {
        let facts = facts.withLock { $0 }
        isAnnounced.withLock { $0 = true }
        if let directory = keys.directory, let url = facts.authority {
            do {
                try AuthorityAddress.keep(url, in: directory)
            } catch {
                logger.warning("project-token will not find the authority by itself", metadata: ["problem": "\(error)"])
            }
        }
        for address in settings.metadata + settings.nodeMetadata + settings.sources.listeners.map(\.address) where !address.isLoopback {
            logger.warning("listening beyond loopback: whoever reaches it can ask for tokens", metadata: ["address": "\(address.text)"])
        }
        for address in settings.control where !address.isLoopback {
            logger.warning(
                "control listens beyond loopback: whoever reaches it can read decisions; changes need the token",
                metadata: ["address": "\(address.text)"])
        }
        if let upstream = settings.metadataUpstream, store.current.plane != .podIdentity {
            logger.warning(
                "--metadata-upstream does nothing in this plane: only NMI has a metadata service behind it",
                metadata: ["upstream": "\(upstream)", "plane": "\(store.current.plane.rawValue)", "allowed": "pod-identity"])
        }
        if settings.stateDirectory == nil {
            logger.notice("keys and CA live in memory only; --state DIR keeps them over a restart")
        }
        guard !settings.announcesJSON else { return Console.print(facts.announcement.rendered()) }
        let plane = store.current.plane.rawValue
        let places =
            [
                facts.metadata.map { "\($0) (metadata, plane \(plane))" }, facts.nodeMetadata.map { "\($0) (node metadata)" },
                facts.authority.map { "\($0) (authority)" }, facts.control.map { "\($0) (control)" },
            ].compactMap { $0 } + facts.sources.map { "\($0.url) (\($0.name))" }
        Console.print("Understudy serves \(places.joined(separator: ", ")); CA \(facts.caFile)")
    }
}

/// The server's facts, which the listeners complete one after the other while others read them.
final class SharedFacts: Sendable {
    private let facts: Mutex<ServerFacts>

    init(_ facts: ServerFacts) { self.facts = Mutex(facts) }

    func withLock<Result>(_ body: (inout ServerFacts) -> Result) -> Result { facts.withLock { body(&$0) } }
}
