public import WireFormats

/// What a running server tells of itself: where it listens and what a client needs to trust it.
public struct ServerFacts: Sendable {
    /// URL of the metadata listener; nil when it is off.
    public var metadata: String?
    /// URL of the node's own metadata service, without NMI in front; nil when it is off.
    public var nodeMetadata: String?
    /// URL of the authority; nil when it is off.
    public var authority: String?
    /// URL of the control listener; nil when it is off.
    public var control: String?
    /// The managed identity sources that are served beside the metadata service, each with its URL without a path.
    public var sources: [(name: String, url: String)] = []
    /// Path of the CA certificate, absolute.
    public var caFile: String
    /// Path of the state directory; nil when keys live in memory only.
    public var stateDirectory: String?

    /// Facts to be completed once the listeners are bound.
    public init(caFile: String, stateDirectory: String?) {
        self.caFile = caFile
        self.stateDirectory = stateDirectory
    }

    /// The object that `serve --announce json` prints; listeners that are off are left out.
    public var announcement: JSONValue {
        var members: [JSONMember] = []
        for (name, value) in [
            ("metadata", metadata), ("nodeMetadata", nodeMetadata), ("authority", authority), ("control", control), ("caFile", caFile),
        ] {
            if let value { members.append(JSONMember(name, .string(value))) }
        }
        if !sources.isEmpty { members.append(JSONMember("sources", .object(sources.map { JSONMember($0.name, .string($0.url)) }))) }
        return .object(members)
    }
}
