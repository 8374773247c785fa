import HashTreeCollections
import IdentityModel

/// Managed identities by every name a caller may use, gathered from `ManagedIdentity` and `AzureIdentity` objects.
///
/// An identity is known by its ARM id, compared without case; an `AzureIdentity` that has none is known by its client id.
/// Where a `ManagedIdentity` and an `AzureIdentity` describe the same resource, the `ManagedIdentity` wins (design §2); of several
/// `ManagedIdentity` objects the first by name.
struct PrincipalIndex: Sendable {
    /// Everything that describes one identity, and the principal that comes of it.
    private final class Record: Sendable {
        let managed: [ManagedIdentity]
        let azure: [AzureIdentity]
        let principal: Principal

        init?(managed all: [ManagedIdentity], azure: [AzureIdentity]) {
            guard !all.isEmpty || !azure.isEmpty else { return nil }
            self.managed = all.sorted { $0.name < $1.name }
            let managed = self.managed.first
            self.azure = azure.sorted { $0.id < $1.id }
            let first = self.azure.first
            let resourceID = managed?.resourceID ?? first.map(\.resourceID) ?? ""
            let identity = resourceID.isEmpty ? "client:\(first?.clientID ?? "")" : resourceID
            let written = self.azure.first { !$0.clientID.isEmpty }?.clientID.lowercased()
            principal = Principal(
                category: .userAssigned, name: managed?.name ?? first?.id.name ?? ResourceID.name(of: resourceID),
                clientID: managed?.clientID ?? written ?? DerivedIDs.clientID(ofIdentity: identity),
                objectID: managed?.principalID ?? DerivedIDs.principalID(ofIdentity: identity),
                resourceID: resourceID.isEmpty ? DerivedIDs.userAssignedIdentity(named: first?.id.name ?? "") : resourceID,
                audiences: managed?.audiences)
        }
    }

    private var records: TreeDictionary<String, Record> = [:]
    private var byClientID: TreeDictionary<String, TreeSet<String>> = [:]
    private var byObjectID: TreeDictionary<String, TreeSet<String>> = [:]
    private var byName: TreeDictionary<String, String> = [:]
    /// Records that an `AzureIdentity` of type 0 describes: the ones a managed-mode node has when its manifest does not say.
    private var fromAzureIdentities: TreeSet<String> = []

    // MARK: Reading

    /// The principals that an `AzureIdentity` of type 0 describes, at most `limit` of them.
    func describedByAzureIdentities(limit: Int) -> [Principal] {
        fromAzureIdentities.prefix(limit).compactMap { records[$0]?.principal }
    }

    /// Whether an `AzureIdentity` of type 0 describes this principal.
    func isDescribedByAzureIdentity(_ principal: Principal) -> Bool {
        principal.resourceID.map { fromAzureIdentities.contains(Self.key(resourceID: $0)) } ?? false
            || fromAzureIdentities.contains(Self.key(clientID: principal.clientID))
    }

    /// Principals with this client id, any case.
    func withClientID(_ clientID: String) -> [Principal] { principals(byClientID[clientID.lowercased()]) }

    /// Principals with this object id, any case.
    func withObjectID(_ objectID: String) -> [Principal] { principals(byObjectID[objectID.lowercased()]) }

    /// The principal with this ARM id, any case.
    func withResourceID(_ resourceID: String) -> Principal? { records[Self.key(resourceID: resourceID)]?.principal }

    /// The principal of the `ManagedIdentity` called `name`.
    func named(_ name: String) -> Principal? { byName[name].flatMap { records[$0]?.principal } }

    /// The `AzureIdentity` that says another client id than the `ManagedIdentity` of the same resource.
    func disagreement(with identity: ManagedIdentity) -> AzureIdentity? {
        guard let clientID = identity.clientID else { return nil }
        return records[Self.key(resourceID: identity.resourceID)]?.azure.first {
            !$0.clientID.isEmpty && $0.clientID.lowercased() != clientID
        }
    }

    private func principals(_ keys: TreeSet<String>?) -> [Principal] {
        (keys ?? []).sorted().compactMap { records[$0]?.principal }
    }

    // MARK: Changing

    mutating func insert(_ identity: ManagedIdentity) {
        let key = Self.key(resourceID: identity.resourceID)
        byName[identity.name] = key
        // Two names may share an ARM id for a moment, while one change moves them; neither may take the other away.
        replace(key, managed: (records[key]?.managed ?? []) + [identity], azure: records[key]?.azure ?? [])
    }

    mutating func remove(_ identity: ManagedIdentity) {
        let key = Self.key(resourceID: identity.resourceID)
        byName[identity.name] = nil
        let rest = (records[key]?.managed ?? []).filter { $0.name != identity.name }
        replace(key, managed: rest, azure: records[key]?.azure ?? [])
    }

    mutating func insert(_ identity: AzureIdentity) {
        guard let key = Self.key(of: identity) else { return }
        fromAzureIdentities.insert(key)
        replace(key, managed: records[key]?.managed ?? [], azure: (records[key]?.azure ?? []) + [identity])
    }

    mutating func remove(_ identity: AzureIdentity) {
        guard let key = Self.key(of: identity) else { return }
        let rest = (records[key]?.azure ?? []).filter { $0.id != identity.id }
        if rest.isEmpty { fromAzureIdentities.remove(key) }
        replace(key, managed: records[key]?.managed ?? [], azure: rest)
    }

    private mutating func replace(_ key: String, managed: [ManagedIdentity], azure: [AzureIdentity]) {
        if let old = records[key]?.principal {
            Self.drop(key, from: &byClientID, under: old.clientID.lowercased())
            Self.drop(key, from: &byObjectID, under: old.objectID.lowercased())
        }
        let record = Record(managed: managed, azure: azure)
        records[key] = record
        if let principal = record?.principal {
            byClientID[principal.clientID.lowercased(), default: []].insert(key)
            byObjectID[principal.objectID.lowercased(), default: []].insert(key)
        }
    }

    private static func drop(_ key: String, from index: inout TreeDictionary<String, TreeSet<String>>, under id: String) {
        index[id]?.remove(key)
        if index[id]?.isEmpty == true { index[id] = nil }
    }

    private static func key(resourceID: String) -> String { resourceID.lowercased() }
    private static func key(clientID: String) -> String { "client:\(clientID.lowercased())" }

    /// Only type 0 describes a managed identity; one with neither id describes nothing.
    private static func key(of identity: AzureIdentity) -> String? {
        guard identity.category == .managedIdentity else { return nil }
        if !identity.resourceID.isEmpty { return key(resourceID: identity.resourceID) }
        return identity.clientID.isEmpty ? nil : key(clientID: identity.clientID)
    }
}
