import ArgumentParser
import HTTPFetching
import HTTPServing
import Logging
import ServiceLifecycle
import Surroundings
import WireFormats
import WorkloadIdentity

/// The sidecar behind its listeners.
struct SidecarServer {
    let addresses: [ListenAddress]
    let settings: SidecarSettings
    let faults: SidecarFaults?
    let waitsForReal: Bool
    let announcesJSON: Bool
    let logger: Logger

    private static let fetch: Outbound.Fetch = { request throws(FetchError) in try await HTTPFetcher().fetch(request) }
    private static let goOn: @Sendable (Duration) async -> Void = { _ in }

    /// Serves until it is told to stop.
    func run() async throws {
        let stop = await StopSignals()
        let sidecar = SidecarService(
            settings: settings,
            outbound: Outbound(fetch: Self.fetch, clock: .live, entropy: .live, pause: waitsForReal ? LiveSleep.orGoOn : Self.goOn),
            logger: logger
        )
        let service: any HTTPResponder = faults?.before(sidecar) ?? sidecar
        do {
            var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
            var bound: [ListenAddress] = []
            for address in addresses {
                let listener = HTTPListener(
                    name: "proxy", address: address, tls: nil, limits: SidecarService.limits, clock: .live, protocolErrors: .go,
                    logger: logger, responder: service)
                bound.append(try await listener.bind())
                services.append(.init(service: listener))
            }
            services.append(.init(service: stop, successTerminationBehavior: .gracefullyShutdownGroup))
            announce(bound)
            try await ServiceGroup(configuration: .init(services: services, logger: Server.quiet(logger))).run()
        } catch {
            throw error is ExitCode ? error : Console.failure("\(error)")
        }
    }

    /// Ends with exit code 1 when the sidecar at an address is not ready.
    static func probe(_ address: ListenAddress) async throws {
        let failure = await ReadinessProbe(fetch: fetch, pause: LiveSleep.orGoOn).failure(of: "http://\(address.text)")
        if let failure { throw Console.failure(failure) }
    }

    private func announce(_ bound: [ListenAddress]) {
        for address in bound where !address.isLoopback {
            logger.warning(
                "the proxy listens beyond loopback: whoever reaches it can ask for tokens", metadata: ["address": "\(address.text)"])
        }
        let urls = bound.map { "http://\($0.text)" }
        guard announcesJSON else {
            return Console.print("Understudy proxies \(urls.joined(separator: ", ")); other paths go to \(settings.metadataUpstream)")
        }
        let document: JSONValue = ["proxy": .string(urls.first ?? ""), "metadata": .string(settings.metadataUpstream)]
        Console.print(document.rendered())
    }
}
