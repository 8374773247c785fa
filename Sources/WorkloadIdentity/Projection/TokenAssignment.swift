public import IdentityModel
public import IdentityStore

/// One token to be kept in one directory: where, whose, and what is asked of the cluster for it.
public struct TokenAssignment: Sendable {
    /// What makes a token another token, as the kubelet's cache counts it, and by whom it is signed.
    struct Key: Hashable {
        let issuer: ClusterIssuer
        let account: NamespacedName
        let accountUID: String
        let audiences: [String]
        let expirationSeconds: Int64
        let podUID: String?
        let node: String?
    }

    /// The shape of the tree on the disk.
    struct Place: Hashable {
        let directory: String
        let path: String
        let ownership: VolumeOwnership
    }

    /// Whose token it is, for people: `Pod prod/web-0`.
    let owner: String
    let place: Place
    let request: ServiceAccountTokenRequest
    let issuer: ClusterIssuer

    var key: Key {
        Key(
            issuer: issuer, account: request.account.id, accountUID: request.account.uid, audiences: request.audiences,
            expirationSeconds: request.expirationSeconds, podUID: request.boundPod?.pod.uid, node: request.boundPod?.node)
    }
}

/// What a command line asks for instead of what the manifests say.
public struct TokenOverrides: Sendable {
    /// Whom the token is for; nil to leave it to the manifests.
    public var audiences: [String]?
    /// The life to ask for, in seconds; nil to leave it to the manifests.
    public var expirationSeconds: Int64?
    /// The token's file in the volume; nil to leave it to the manifests.
    public var path: String?

    /// Nothing but what the manifests say.
    public init(audiences: [String]? = nil, expirationSeconds: Int64? = nil, path: String? = nil) {
        self.audiences = audiences
        self.expirationSeconds = expirationSeconds
        self.path = path
    }
}

extension TokenAssignment {
    /// What is to be kept for a pod.
    ///
    /// - Parameters:
    ///   - directory: where; nil for what the pod's annotation says.
    ///   - issuer: the cluster's.
    public init(
        pod: Pod, directory: String? = nil, issuer: ClusterIssuer, overrides: TokenOverrides = TokenOverrides(),
        in snapshot: IdentitySnapshot
    ) throws(ProjectionRefusal) {
        let owner = "Pod \(pod.id)"
        guard let directory = directory ?? pod.tokenDirectory else {
            throw ProjectionRefusal(owner, "has no annotation \(Pod.tokenDirectoryAnnotation)")
        }
        let account = try snapshot.account(
            NamespacedName(namespace: pod.id.namespace, name: pod.serviceAccountName), for: owner)
        let source = pod.tokenVolume?.source
        var expiration = overrides.expirationSeconds ?? source?.expirationSeconds.map { Int64($0) }
        if expiration == nil, source == nil { expiration = try WebhookDefaults.expiration(pod, account) }
        self.owner = owner
        place = Place(
            directory: directory, path: overrides.path ?? source?.path ?? WebhookDefaults.path,
            ownership: VolumeOwnership(
                defaultMode: source?.defaultMode.map { UInt32($0) } ?? 0o644, user: pod.tokenVolume?.runAsUser.map { UInt32($0) },
                group: pod.tokenVolume?.fsGroup.map { UInt32($0) }))
        self.issuer = issuer
        do throws(TokenRequestRefusal) {
            request = try ServiceAccountTokenRequest(
                account: account, audiences: overrides.audiences ?? [source?.audience ?? WebhookDefaults.audience(of: pod)],
                expirationSeconds: expiration ?? ServiceAccountTokenRequest.defaultExpiration,
                boundPod: .init(pod, node: pod.nodeName ?? snapshot.node.node.name))
        } catch {
            throw ProjectionRefusal(owner, error.description)
        }
    }

    /// What is to be kept for a service account that no pod of the manifests runs as: a token bound to nothing, readable by all.
    public init(
        account id: NamespacedName, directory: String, issuer: ClusterIssuer, overrides: TokenOverrides = TokenOverrides(),
        in snapshot: IdentitySnapshot
    ) throws(ProjectionRefusal) {
        owner = "ServiceAccount \(id)"
        place = Place(directory: directory, path: overrides.path ?? WebhookDefaults.path, ownership: VolumeOwnership())
        self.issuer = issuer
        request = try Self.request(account: id, overrides: overrides, in: snapshot)
    }

    /// A `TokenRequest` for a service account alone, as `kubectl create token` sends it.
    public static func request(
        account id: NamespacedName, overrides: TokenOverrides, in snapshot: IdentitySnapshot
    ) throws(ProjectionRefusal) -> ServiceAccountTokenRequest {
        let owner = "ServiceAccount \(id)"
        let account = try snapshot.account(id, for: owner)
        do throws(TokenRequestRefusal) {
            return try ServiceAccountTokenRequest(
                account: account, audiences: overrides.audiences ?? [WebhookDefaults.audience],
                expirationSeconds: overrides.expirationSeconds ?? ServiceAccountTokenRequest.defaultExpiration)
        } catch {
            throw ProjectionRefusal(owner, error.description)
        }
    }
}

/// Why no token can be projected for a pod or an account.
public struct ProjectionRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whose token it would be: `Pod prod/web-0`.
    public let owner: String
    /// What is the matter and what is allowed.
    public let reason: String

    init(_ owner: String, _ reason: String) {
        self.owner = owner
        self.reason = reason
    }

    /// One line: owner, reason.
    public var description: String { "\(owner): \(reason)" }
}

extension IdentitySnapshot {
    func account(_ id: NamespacedName, for owner: String) throws(ProjectionRefusal) -> ServiceAccount {
        guard let account = serviceAccount(id) else {
            let known = serviceAccountNames(limit: 5).map(\.description)
            throw ProjectionRefusal(
                owner,
                "serviceaccounts \"\(id.name)\" not found in namespace \(id.namespace); declared: \(known.isEmpty ? "none" : known.joined(separator: ", "))"
            )
        }
        return account
    }
}

extension TokenAssignment: CustomStringConvertible {
    /// `Pod prod/web-0: ./tokens/token/azure-identity-token`.
    public var description: String { "\(owner): \(place.directory)/\(place.path)" }
}
