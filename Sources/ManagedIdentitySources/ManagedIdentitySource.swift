public import Decisions

/// A source of managed identity beside the metadata service, as an SDK tells them apart by its environment (source: sdk-clients.md §2).
public enum ManagedIdentitySource: String, CaseIterable, Hashable, Sendable {
    /// App Service, Functions, Container Apps.
    case appService = "app-service"
    /// The agent of an Azure Arc-enabled server.
    case arc
    case serviceFabric = "service-fabric"
    case cloudShell = "cloud-shell"
    /// Azure Machine Learning.
    case azureML = "azure-ml"

    /// The name decisions carry.
    public var journaled: Decision.Source {
        switch self {
        case .appService: .appService
        case .arc: .arc
        case .serviceFabric: .serviceFabric
        case .cloudShell: .cloudShell
        case .azureML: .azureML
        }
    }

    /// The port of the original on loopback; App Service's is Container Apps' (source: captures in the SDKs' issues, and their documentation).
    public var usualPort: Int {
        switch self {
        case .appService: 42356
        case .arc: 40342
        case .serviceFabric: 2377
        case .cloudShell: 50342
        case .azureML: 46809
        }
    }

    /// Whether callers prove themselves with a secret from their environment.
    public var hasSecret: Bool { rules.dialects.contains { $0.secretHeader != nil } }

    /// Whether it is served over TLS.
    public var isSecure: Bool { self == .serviceFabric }

    /// The path tokens are asked at.
    public var path: String { rules.paths[0] }

    /// Whether the original is a Go program, which matters to requests that cannot be read.
    public var isGo: Bool { self == .arc }

    /// Its row of the table.
    var rules: SourceRules {
        switch self {
        case .appService: .appService
        case .arc: .arc
        case .serviceFabric: .serviceFabric
        case .cloudShell: .cloudShell
        case .azureML: .azureML
        }
    }
}
