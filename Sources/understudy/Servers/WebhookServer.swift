import ArgumentParser
import Cryptography
import FoundationEssentials
import HTTPServing
import IdentityStore
import Logging
import ServiceLifecycle
import Surroundings
import WireFormats
import WorkloadIdentity

/// The workload identity webhook behind its listeners, with a certificate of our CA.
struct WebhookServer {
    /// What is printed when it answers.
    enum Announcement {
        case text
        case json
        case configuration
    }

    let address: ListenAddress
    let health: ListenAddress?
    let stateDirectory: String?
    let names: [String]
    let announcement: Announcement
    let webhook: AdmissionWebhook
    let logger: Logger

    /// How an API server in a cluster, or in a container, may call it.
    private static let usualNames = [
        "localhost", "127.0.0.1", "::1", "understudy", "host.docker.internal", "azure-wi-webhook-webhook-service",
        "azure-wi-webhook-webhook-service.azure-workload-identity-system.svc",
    ]

    /// Serves until it is told to stop.
    func run(besides reloader: ManifestReloader?) async throws {
        let stop = await StopSignals()
        do {
            let trust = try TrustMaterial(stateDirectory: stateDirectory, clock: .live, entropy: .live)
            defer { trust.cleanUp() }
            let host = address.host == "0.0.0.0" || address.host == "::" ? [] : [address.host]
            let leaf = try trust.leaf(names: Self.usualNames + host + names, clock: .live, entropy: .live)
            let listener = HTTPListener(
                name: "webhook", address: address, tls: leaf, limits: AdmissionWebhook.limits, clock: .live,
                protocolErrors: AdmissionWebhook.protocolErrors, logger: logger, responder: webhook)
            var services: [ServiceGroupConfiguration.ServiceConfiguration] = [.init(service: listener)]
            let bound = try await listener.bind()
            var healthy: ListenAddress?
            if let health {
                let listener = HTTPListener(
                    name: "health", address: health, tls: nil, clock: .live, protocolErrors: .go, logger: logger,
                    responder: WebhookHealth())
                healthy = try await listener.bind()
                services.append(.init(service: listener))
            }
            if let reloader { services.append(.init(service: reloader)) }
            services.append(.init(service: stop, successTerminationBehavior: .gracefullyShutdownGroup))
            announce(bound, health: healthy, trust)
            try await ServiceGroup(configuration: .init(services: services, logger: Server.quiet(logger))).run()
        } catch {
            throw error is ExitCode ? error : Console.failure("\(error)")
        }
    }

    private func announce(_ bound: ListenAddress, health: ListenAddress?, _ trust: TrustMaterial) {
        if !bound.isLoopback {
            logger.warning("the webhook listens beyond loopback: whoever reaches it can ask it", metadata: ["address": "\(bound.text)"])
        }
        let url = "https://\(bound.reachable.text)\(AdmissionWebhook.path)"
        let bundle = Base64.encode(Array(trust.ca.certificate.pem.utf8))
        switch announcement {
        case .text: Console.print("Understudy answers admission reviews at \(url); CA \(trust.caFile)")
        case .configuration:
            Console.print(String(WebhookRegistration.configuration(url: url, caBundle: bundle).yaml.dropLast()))
        case .json:
            let healthy = health.map { [JSONMember("health", .string("http://\($0.reachable.text)"))] } ?? []
            Console.print(
                JSONValue.object(
                    [JSONMember("webhook", .string(url))] + healthy
                        + [JSONMember("caFile", .string(trust.caFile)), JSONMember("caBundle", .string(bundle))]
                ).rendered())
        }
    }
}

extension ListenAddress {
    /// A listener on every address is told as loopback, which a client on this host can use.
    fileprivate var reachable: ListenAddress {
        switch host {
        case "0.0.0.0": ListenAddress(host: "127.0.0.1", port: port)
        case "::": ListenAddress(host: "::1", port: port)
        default: self
        }
    }
}
