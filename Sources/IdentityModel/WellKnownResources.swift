/// Microsoft's own resources, which exist in every tenant (source: entra.md §2.7; the sovereign clouds' names are those of go-autorest).
public enum WellKnownResources {
    /// All of them.
    public static let all: [ResourcePrincipal] = [
        resource(
            "Azure Resource Manager", "797f4846-ba00-4fd7-ba43-dac1f8f63013",
            [
                "https://management.azure.com/", "https://management.core.windows.net/", "https://management.usgovcloudapi.net/",
                "https://management.core.usgovcloudapi.net/", "https://management.chinacloudapi.cn/",
                "https://management.core.chinacloudapi.cn/", "https://management.microsoftazure.de/",
                "https://management.core.cloudapi.de/",
            ]),
        resource(
            "Azure Key Vault", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
            ["https://vault.azure.net", "https://vault.azure.cn", "https://vault.microsoftazure.de", "https://managedhsm.azure.net"]),
        resource("Azure Key Vault (US Government)", "7e7c393b-45d0-48b1-a35e-2905ddf8183c", ["https://vault.usgovcloudapi.net"]),
        resource(
            "Azure Storage", "e406a681-f3d4-42a8-90b6-c2b029497af1", ["https://storage.azure.com"],
            [
                ".blob.core.windows.net", ".queue.core.windows.net", ".table.core.windows.net", ".file.core.windows.net",
                ".dfs.core.windows.net",
            ]),
        resource(
            "Azure SQL Database", "022907d3-0f1b-48f7-badc-1ba6abab6d66",
            [
                "https://database.windows.net/", "https://database.usgovcloudapi.net/", "https://sql.azuresynapse.net/",
                "https://database.chinacloudapi.cn/", "https://database.cloudapi.de/",
            ]),
        resource(
            "OSS RDBMS", "123cd850-d9df-40bd-94d5-c9f07b7fa203",
            [
                "https://ossrdbms-aad.database.windows.net", "https://ossrdbms-aad.database.usgovcloudapi.net",
                "https://ossrdbms-aad.database.chinacloudapi.cn", "https://ossrdbms-aad.database.cloudapi.de",
            ]),
        resource(
            "Azure Cosmos DB", "a232010e-820c-4083-83bb-3ace5fc29d0b", ["https://cosmos.azure.com"], [".documents.azure.com"]),
        resource("Azure Service Bus", "80a10ef9-8168-493d-abf9-3297c4ef6e3c", ["https://servicebus.azure.net"]),
        resource("Azure Event Hubs", "80369ed6-5f11-4dd9-bef3-692475845e77", ["https://eventhubs.azure.net"]),
        resource(
            "Microsoft Graph", graph,
            [
                "https://graph.microsoft.com", "https://graph.microsoft.us", "https://dod-graph.microsoft.us",
                "https://microsoftgraph.chinacloudapi.cn", "https://graph.microsoft.de",
            ]),
        resource(
            "Azure AD Graph", legacyGraph, ["https://graph.windows.net", "https://graph.chinacloudapi.cn", "https://graph.cloudapi.de"]),
        resource(
            "Azure Container Registry", "76c92352-c057-4cc2-9b1e-f34c32bc58bd", ["https://containerregistry.azure.net"]),
        resource("Azure Kubernetes Service AAD Server", "6dae42f8-4368-4678-94ff-3960e28e3630", ["https://aks-aad-server.azure.com"]),
        // The app that owns monitoring.azure.com is not known (entra.md §9); custom metrics ask for it, so it answers here.
        resource(
            "Azure Monitor", "e933bd07-d2ee-4f1d-933c-3752b819567b", ["https://monitor.azure.com/", "https://monitoring.azure.com/"]),
        resource(
            "Log Analytics API", "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5",
            ["https://api.loganalytics.io", "https://api.loganalytics.us"]),
        resource(
            "Azure App Configuration", "35ffadb3-7fc1-497e-b61b-381d28e744cc",
            ["https://azconfig.io", "https://appconfig.azure.com"], [".azconfig.io"]),
        resource(
            "Microsoft Cognitive Services", "7d312290-28c8-473c-a0ed-8e53749b6d6d",
            ["https://cognitiveservices.azure.com", "https://cognitiveservices.azure.us"]),
        resource("Azure Cache for Redis", "acca5fbb-b7e4-4009-81f1-37e38fd66d78", ["https://redis.azure.com"]),
        resource("Azure Cognitive Search", "880da380-985e-4198-81b9-e05b1cc53158", ["https://search.azure.com"]),
        resource("Azure Event Grid", "823c0a78-5de0-4445-a7f5-c2f42d7dc89b", ["https://eventgrid.azure.net"]),
        resource(
            "Azure SignalR", "cdad765c-f191-43ba-b9f5-7aef392f811d", ["https://signalr.azure.com", "https://webpubsub.azure.com"]),
        resource(
            "Azure Data Explorer", "2746ea77-4702-4b45-80ca-3c97e680e8b7", [], [".kusto.windows.net"]),
        resource("Azure Databricks", "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", []),
        resource("Azure DevOps", "499b84ac-1321-427f-aa17-267ca6975798", []),
        ResourcePrincipal(
            wellKnown: "AAD Token Exchange", appID: tokenExchange,
            identifierURIs: ["api://AzureADTokenExchange", "api://AzureADTokenExchangeUSGov", "api://AzureADTokenExchangeChina"],
            tokenVersion: 2),
    ]

    /// Whether the resource is Microsoft Graph, whose tokens say more than others (source: entra.md §2.3).
    public static func isGraph(_ resource: ResourcePrincipal) -> Bool { resource.appID == graph }

    /// Whether the resource is the audience of tokens that are to be exchanged by federation.
    public static func isTokenExchange(_ resource: ResourcePrincipal) -> Bool { resource.appID == tokenExchange }

    /// Whether the resource takes part in continuous access evaluation for applications (source: entra.md §2.2).
    public static func evaluatesContinuously(_ resource: ResourcePrincipal) -> Bool { isGraph(resource) }

    /// The application id of the token-exchange resource: `aud` of tokens that are to be exchanged.
    public static let tokenExchange = "fb60f99c-7a34-4190-8149-302f77469936"
    /// The application id of Azure AD Graph, which the v1 endpoint takes a missing `resource` for (source: entra.md §2.6).
    public static let legacyGraph = "00000002-0000-0000-c000-000000000000"
    private static let graph = "00000003-0000-0000-c000-000000000000"

    private static func resource(_ name: String, _ appID: String, _ uris: [String], _ suffixes: [String] = []) -> ResourcePrincipal {
        ResourcePrincipal(wellKnown: name, appID: appID, identifierURIs: uris, hostSuffixes: suffixes)
    }
}
