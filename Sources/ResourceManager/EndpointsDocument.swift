import IdentityModel
import TokenIssuance
import WireFormats

/// `/metadata/endpoints`: where a cloud's services are, for tools that are told no more than the resource manager's URL
/// (source: sdk-clients.md §7.1, §7.2; the clouds' values are those built into azure-cli 2.91.0).
struct EndpointsDocument: Sendable {
    let cloud: Cloud
    /// `host:port` of ours that was asked; nil when it was the cloud's own host.
    let ownHost: String?

    /// The document in the form of a version: one object from 2022-09-01 on, a list before, and a short one in 2015.
    func document(version: String) -> JSONValue {
        if version < "2019-05-01" { return legacy }
        return version < "2022-09-01" ? [current] : current
    }

    /// What clients build URLs of leads back to the host that was asked.
    private var loginEndpoint: String { "https://\(ownHost ?? cloud.authorityHost)" }
    private var resourceManager: String { "https://\(ownHost ?? cloud.managementHost)/" }
    private var name: String { ownHost == nil ? cloud.managementName : "Understudy" }

    private var audiences: JSONValue { .strings(cloud.managementAudiences.filter { $0.hasSuffix("/") }) }

    private var legacy: JSONValue {
        let facts = CloudEndpoints(cloud)
        return [
            "galleryEndpoint": .string("https://\(facts.gallery)/"), "graphEndpoint": .string("https://\(facts.legacyGraph)/"),
            "portalEndpoint": .string("https://\(facts.portal)/"),
            "authentication": ["loginEndpoint": .string(loginEndpoint + "/"), "audiences": audiences],
        ]
    }

    private var current: JSONValue {
        let facts = CloudEndpoints(cloud)
        return [
            "portal": .string("https://\(facts.portal)"),
            "authentication": [
                "loginEndpoint": .string(loginEndpoint), "audiences": audiences, "tenant": "common", "identityProvider": "AAD",
            ],
            "media": .string("https://\(facts.media)"), "graphAudience": .string("https://\(facts.legacyGraph)/"),
            "graph": .string("https://\(facts.legacyGraph)/"), "name": .string(name),
            "suffixes": .object(facts.suffixes.map { JSONMember($0, .string($1)) }),
            "batch": .string("https://\(facts.batch)/"), "resourceManager": .string(resourceManager),
            "vmImageAliasDoc": "https://azcliprod.blob.core.windows.net/cli/vm/aliases.json",
            "sqlManagement": .string("https://management.\(facts.storage):8443/"),
            "microsoftGraphResourceId": .string("https://\(facts.graph)/"),
            "ossrdbmsResourceId": .string("https://ossrdbms-aad.\(facts.database)"),
        ]
    }
}

/// The names of a cloud's services, without scheme.
private struct CloudEndpoints {
    let portal: String
    let gallery: String
    let graph: String
    let legacyGraph: String
    let media: String
    let batch: String
    let storage: String
    let vault: String
    let registry: String
    let database: String

    init(_ cloud: Cloud) {
        switch cloud {
        case .public:
            (portal, gallery, graph, legacyGraph) = ("portal.azure.com", "gallery.azure.com", "graph.microsoft.com", "graph.windows.net")
            (media, batch, storage) = ("rest.media.azure.net", "batch.core.windows.net", "core.windows.net")
            (vault, registry, database) = ("azure.net", "azurecr.io", "database.windows.net")
        case .usGovernment:
            (portal, gallery, graph, legacyGraph) = (
                "portal.azure.us", "gallery.usgovcloudapi.net", "graph.microsoft.us", "graph.microsoftazure.us"
            )
            (media, batch, storage) = ("rest.media.usgovcloudapi.net", "batch.core.usgovcloudapi.net", "core.usgovcloudapi.net")
            (vault, registry, database) = ("usgovcloudapi.net", "azurecr.us", "database.usgovcloudapi.net")
        case .china:
            (portal, gallery, graph, legacyGraph) = (
                "portal.azure.cn", "gallery.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "graph.chinacloudapi.cn"
            )
            (media, batch, storage) = ("rest.media.chinacloudapi.cn", "batch.chinacloudapi.cn", "core.chinacloudapi.cn")
            (vault, registry, database) = ("azure.cn", "azurecr.cn", "database.chinacloudapi.cn")
        case .germany:
            (portal, gallery, graph, legacyGraph) = (
                "portal.microsoftazure.de", "gallery.cloudapi.de", "graph.microsoft.de", "graph.cloudapi.de"
            )
            (media, batch, storage) = ("rest.media.cloudapi.de", "batch.cloudapi.de", "core.cloudapi.de")
            (vault, registry, database) = ("microsoftazure.de", "azurecr.de", "database.cloudapi.de")
        }
    }

    /// By the member's name, without a leading dot.
    var suffixes: [(String, String)] {
        [
            ("acrLoginServer", registry), ("sqlServerHostname", database), ("keyVaultDns", "vault.\(vault)"), ("storage", storage),
            ("mhsmDns", "managedhsm.\(vault)"),
        ]
    }
}
