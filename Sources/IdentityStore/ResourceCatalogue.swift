import IdentityModel
import WireFormats

/// The resources a tenant knows, by every identifier they answer to.
struct ResourceCatalogue: Sendable {
    private var byIdentifier: [String: ResourcePrincipal] = [:]
    private var bySuffix: [(suffix: String, resource: ResourcePrincipal)] = []

    /// Declared resources come before the well-known ones, so a manifest can take one over.
    init(declared: [ResourcePrincipal]) {
        for resource in declared + WellKnownResources.all {
            for identifier in resource.identifierURIs + [resource.appID, "api://\(resource.appID)"] {
                let key = Self.key(identifier)
                if byIdentifier[key] == nil { byIdentifier[key] = resource }
            }
            bySuffix += resource.hostSuffixes.map { ($0, resource) }
        }
    }

    /// The resource that answers to `identifier`: without regard to case or to one missing or extra trailing slash
    /// (source: entra.md §2.6); nil when the tenant knows none.
    func resource(answeringTo identifier: String) -> ResourcePrincipal? {
        // What SDKs send is mostly in the form of the keys already.
        if let found = byIdentifier[identifier] { return found }
        let key = Self.key(identifier)
        if let found = byIdentifier[key] { return found }
        guard key.hasPrefix("https://") else { return nil }
        let host = key.dropFirst("https://".count).prefix { $0 != "/" && $0 != ":" }
        return bySuffix.first { host.hasSuffix($0.suffix) && host.count > $0.suffix.count }?.resource
    }

    private static func key(_ identifier: String) -> String {
        let lower = identifier.lowercased()
        return lower.hasSuffix("/") ? String(lower.dropLast()) : lower
    }
}
