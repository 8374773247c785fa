public import HTTPServing
public import Logging
import Surroundings

/// The workload-identity sidecar: requests meant for the metadata service, answered from a projected token
/// (source: workload-identity.md §2).
public struct SidecarService: HTTPResponder {
    /// What its listener is held to: a head must end within five seconds; each wait for others has a thread, so there are fewer of them.
    public static let limits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.headTimeout = .seconds(5)
        limits.maximumConnections = 1024
        return limits
    }()

    private let settings: SidecarSettings
    private let outbound: Outbound
    private let credentials: CredentialCache
    private let passThrough: MetadataPassThrough
    let wire: SidecarWire
    private let logger: Logger

    /// A sidecar with nothing cached.
    ///
    /// - Parameter logger: gets one line per request, with the original's sentences; never a query, a token or what the authority said.
    public init(settings: SidecarSettings, outbound: Outbound, logger: Logger) {
        self.settings = settings
        self.outbound = outbound
        self.logger = logger
        wire = SidecarWire(release: settings.release)
        credentials = CredentialCache(settings: settings, outbound: outbound)
        passThrough = MetadataPassThrough(upstream: settings.metadataUpstream, fetch: outbound.fetch)
    }

    /// Answers a request; a token that is held is answered at once.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        switch SidecarRoute.route(request) {
        case .redirect(let location): return .now(GoAnswer.redirect(to: location))
        case .ready:
            log(.debug, "received readyz request", request)
            return .now(SidecarWire.ready)
        case .token:
            log(.info, "received token request", request)
            return token(request)
        case .passThrough:
            return .later { [passThrough, logger] in await passThrough.answer(request, logger: logger) }
        }
    }

    private func token(_ request: HTTPRequest) -> HTTPAnswer {
        let query: TokenQuery
        do throws(TokenQuery.Refusal) {
            query = try TokenQuery(request, defaultClientID: settings.clientID)
        } catch {
            return .now(wire.refusal(error))
        }
        let credential: Credential
        do throws(CredentialFailure) {
            credential = try credentials.credential(of: query.clientID)
        } catch {
            return .now(failed(error, request))
        }
        if let held = credential.heldToken(for: query.scope) { return .now(acquired(held, query, request)) }
        return .later {
            do throws(CredentialFailure) {
                return acquired(try await credential.token(for: query.scope), query, request)
            } catch {
                return failed(error, request)
            }
        }
    }

    private func acquired(_ token: AccessToken, _ query: TokenQuery, _ request: HTTPRequest) -> HTTPResponse {
        log(.info, "successfully acquired token", request)
        return wire.token(token, resource: query.resource, now: outbound.clock.nanoseconds())
    }

    private func failed(_ failure: CredentialFailure, _ request: HTTPRequest) -> HTTPResponse {
        logger.error("failed to acquire token", metadata: ["method": "\(request.method)", "error": "\(failure.summary)"])
        return wire.failure(failure)
    }

    private func log(_ level: Logger.Level, _ message: Logger.Message, _ request: HTTPRequest) {
        logger.log(level: level, message, metadata: ["method": "\(request.method)", "path": "\(request.rawPath)"])
    }
}
