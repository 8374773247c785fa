public import IdentityModel
public import IdentityStore
public import WireFormats

/// What the webhook would give the containers of a workload, and where the token stands on this host.
public struct WorkloadEnvironment: Sendable {
    /// `Pod prod/web-0` or `ServiceAccount prod/web`.
    let owner: String
    /// Whose token it exchanges for; nil when the service account names nobody.
    let clientID: String?
    let tenantID: String
    /// The directory on this host where the token is kept; nil when nobody keeps one.
    let tokenDirectory: String?
    /// The token's file in the volume.
    let tokenPath: String
    let audience: String
    let expirationSeconds: Int64
    let usesIdentityBinding: Bool

    /// What a pod is given.
    public init(pod: Pod, in snapshot: IdentitySnapshot) throws(ProjectionRefusal) {
        let owner = "Pod \(pod.id)"
        let account = try snapshot.account(NamespacedName(namespace: pod.id.namespace, name: pod.serviceAccountName), for: owner)
        let source = pod.tokenVolume?.source
        var expiration = source?.expirationSeconds.map { Int64($0) }
        if source == nil { expiration = try WebhookDefaults.expiration(pod, account) }
        self.init(
            owner: owner, account: account, tokenDirectory: pod.tokenDirectory, tokenPath: source?.path ?? WebhookDefaults.path,
            audience: source?.audience ?? WebhookDefaults.audience(of: pod), expirationSeconds: expiration,
            usesIdentityBinding: WebhookDefaults.usesIdentityBinding(pod), in: snapshot)
    }

    /// What a pod of a service account would be given, when the manifests have none.
    public init(account id: NamespacedName, in snapshot: IdentitySnapshot) throws(ProjectionRefusal) {
        let owner = "ServiceAccount \(id)"
        self.init(
            owner: owner, account: try snapshot.account(id, for: owner), tokenDirectory: nil, tokenPath: WebhookDefaults.path,
            audience: WebhookDefaults.audience, expirationSeconds: nil, usesIdentityBinding: false, in: snapshot)
    }

    private init(
        owner: String, account: ServiceAccount, tokenDirectory: String?, tokenPath: String, audience: String, expirationSeconds: Int64?,
        usesIdentityBinding: Bool, in snapshot: IdentitySnapshot
    ) {
        self.owner = owner
        clientID = account.annotations[WorkloadAnnotation.clientID].flatMap { $0.isEmpty ? nil : $0 }
        tenantID = account.annotations[WorkloadAnnotation.tenantID] ?? snapshot.node.tenant.tenantID
        self.tokenDirectory = tokenDirectory
        self.tokenPath = tokenPath
        self.audience = audience
        self.expirationSeconds = expirationSeconds ?? ServiceAccountTokenRequest.defaultExpiration
        self.usesIdentityBinding = usesIdentityBinding
    }

    /// The description as our own interfaces show it; members that do not apply are left out.
    ///
    /// - Parameter workingDirectory: of this process; where a relative token directory is.
    public func document(workingDirectory: String) -> JSONValue {
        var members = [JSONMember("owner", .string(owner)), JSONMember("tenantID", .string(tenantID))]
        if let clientID { members.append(JSONMember("clientID", .string(clientID))) }
        if let tokenDirectory {
            let absolute = tokenDirectory.hasPrefix("/") ? tokenDirectory : "\(workingDirectory)/\(tokenDirectory)"
            members.append(JSONMember("tokenDirectory", .string(absolute)))
        }
        members += [
            JSONMember("tokenPath", .string(tokenPath)), JSONMember("audience", .string(audience)),
            JSONMember("expirationSeconds", .integer(expirationSeconds)),
        ]
        if usesIdentityBinding { members.append(JSONMember("tokenProxy", .string(TokenProxy.path))) }
        return .object(members)
    }
}
