import WireFormats

/// What of an injected pod decides how its tokens are got.
struct InjectedPod {
    /// The environment of one container, as far as values stand in it.
    typealias Environment = [String: String]

    /// The projected token that the webhook asked for.
    struct Projection {
        let path: String
        let audience: String
        let expirationSeconds: Int64
    }

    private let spec: JSONValue

    static let proxyContainer = "azwi-proxy"
    static let redirectContainer = "azwi-proxy-init"

    init(_ pod: JSONValue) { spec = pod["spec"] ?? [:] }

    /// Containers of the workload's own that the webhook left as they were, by name.
    var skipped: [String] {
        own.filter { Self.environment($0)["AZURE_FEDERATED_TOKEN_FILE"] == nil }.map { $0["name"]?.text ?? "" }
    }

    /// Init containers of the workload's own, by name.
    var initContainers: [String] {
        (spec["initContainers"]?.elements ?? []).compactMap { $0["name"]?.text }.filter {
            $0 != Self.proxyContainer && $0 != Self.redirectContainer
        }
    }

    /// Containers of the workload's own, then its init containers.
    private var own: [JSONValue] {
        ["containers", "initContainers"].flatMap { spec[$0]?.elements ?? [] }
            .filter { ![Self.proxyContainer, Self.redirectContainer].contains($0["name"]?.text) }
    }

    /// The environment of the first container that the webhook injected into; nil when it skipped them all.
    var environment: Environment? {
        own.map(Self.environment).first { $0["AZURE_FEDERATED_TOKEN_FILE"] != nil }
    }

    /// The environment of the first container of its own, whatever the webhook did.
    var ownEnvironment: Environment { own.first.map(Self.environment) ?? [:] }

    /// The environment of the sidecar; nil when there is none.
    var sidecarEnvironment: Environment? {
        ["containers", "initContainers"].flatMap { spec[$0]?.elements ?? [] }
            .first { $0["name"]?.text == Self.proxyContainer }.map(Self.environment)
    }

    /// The token's volume.
    var projection: Projection? {
        for volume in spec["volumes"]?.elements ?? [] {
            for source in volume["projected"]?["sources"]?.elements ?? [] {
                guard let token = source["serviceAccountToken"], let audience = token["audience"]?.text, let path = token["path"]?.text
                else {
                    continue
                }
                var seconds: Int64 = 3600
                if case .number(let text)? = token["expirationSeconds"] { seconds = Int64(text) ?? seconds }
                return Projection(path: path, audience: audience, expirationSeconds: seconds)
            }
        }
        return nil
    }

    private static func environment(_ container: JSONValue) -> Environment {
        Dictionary(
            (container["env"]?.elements ?? []).compactMap { variable in
                variable["name"]?.text.map { ($0, variable["value"]?.text ?? "") }
            }, uniquingKeysWith: { $1 })
    }
}
