import IdentityModel
import WireFormats

/// Works out what a cluster has to become for its workloads to go on getting what they get today.
struct TargetDerivation {
    static let clientIDAnnotation = "azure.workload.identity/client-id"
    static let useLabel = Pod.workloadIdentityLabel

    let cluster: ExportedCluster
    let catalogue: IdentityCatalogue
    let today: [WorkloadID: TodayAnswers]
    private(set) var target: TargetCluster

    init(_ cluster: ExportedCluster, catalogue: IdentityCatalogue, today: [WorkloadID: TodayAnswers], issuer: String?) {
        self.cluster = cluster
        self.catalogue = catalogue
        self.today = today
        target = TargetCluster(issuer: issuer, isGiven: false)
        target.accounts = cluster.accountAnnotations
        target.secretProviders = cluster.secretProviders
        target.standing = CredentialSet(cluster.federatedCredentials)
        target.credentials = target.standing
        derive()
    }

    private mutating func derive() {
        var migrating: [(workload: Workload, identities: [KnownIdentity])] = []
        for workload in cluster.workloads {
            let answers = today[workload.id]
            let reached = answers?.reached(in: catalogue) ?? []
            let managed = reached.filter { $0.category == .managed }
            let course = Self.course(workload, answers, reached: reached, managed: managed)
            guard course == .migrates else {
                target.workloads[workload.id] = TargetWorkload(
                    course: course, template: workload.template, serviceAccount: workload.serviceAccount, identities: managed)
                continue
            }
            migrating.append((workload, managed))
        }
        let defaults = Dictionary(grouping: migrating, by: \.workload.serviceAccount).mapValues { neighbours in
            Set(neighbours.map { $0.identities.first?.clientID ?? "" })
        }
        for (workload, identities) in migrating {
            let needed = defaults[workload.serviceAccount] ?? []
            migrate(workload, to: account(for: workload, default: identities.first, defaults: needed), identities: identities)
        }
    }

    private static func course(
        _ workload: Workload, _ answers: TodayAnswers?, reached: [KnownIdentity], managed: [KnownIdentity]
    ) -> TargetWorkload.Course {
        if let special = special(workload, answers, reached: reached, managed: managed) { return special }
        return managed.isEmpty ? .stays : .migrates
    }

    /// What becomes of a workload that cannot simply move; nil for one that can.
    static func special(
        _ workload: Workload, _ answers: TodayAnswers?, reached: [KnownIdentity], managed: [KnownIdentity]
    ) -> TargetWorkload.Course? {
        if workload.isOnHostNetwork { return workload.bindingLabel == nil ? .stays : .undecided(.hostNetwork) }
        if answers?.bypassesNMI == true { return .undecided(.exception) }
        return managed.isEmpty && !reached.isEmpty ? .undecided(.servicePrincipal) : nil
    }

    /// The account it runs as, unless that is `default` or another workload needs another default identity by it.
    private func account(for workload: Workload, default identity: KnownIdentity?, defaults: Set<String>) -> NamespacedName {
        let current = workload.serviceAccount
        let annotated = target.accounts[current]?[Self.clientIDAnnotation]
        let isFree = annotated == nil || annotated?.lowercased() == identity?.clientID
        if current.name != "default", defaults.count == 1, isFree { return current }
        // As the official tool names it: after the owner.
        let namespace = current.namespace
        var name = workload.id.name.name
        if isTaken(name, in: namespace) { name += "-\(workload.id.kind.lowercased())" }
        while isTaken(name, in: namespace) { name += "-identity" }
        return NamespacedName(namespace: namespace, name: name)
    }

    private func isTaken(_ name: String, in namespace: String) -> Bool {
        target.accounts[NamespacedName(namespace: namespace, name: name)] != nil
    }

    private mutating func migrate(_ workload: Workload, to account: NamespacedName, identities: [KnownIdentity]) {
        var annotations = target.accounts[account] ?? [:]
        if let identity = identities.first { annotations[Self.clientIDAnnotation] = identity.clientID }
        if annotations != target.accounts[account] { target.changedAccounts.insert(account) }
        target.accounts[account] = annotations
        for identity in identities {
            let credential = FederatedCredential(for: account, identity: identity, issuer: target.issuer)
            if !target.credentials.contains(theSameAs: credential) { target.credentials.append(credential) }
        }
        let template = workload.template
            .setting(path: ["metadata", "labels", Self.useLabel], "true")
            .setting(path: ["spec", "serviceAccountName"], .string(account.name))
        target.workloads[workload.id] = TargetWorkload(
            course: .migrates, template: template, serviceAccount: account, identities: identities)
    }
}

extension ExportedCluster {
    /// Annotations of the service accounts there are.
    var accountAnnotations: [NamespacedName: [String: String]] {
        Dictionary(
            all { if case .serviceAccount(let account) = $0 { account } else { nil } }.map { ($0.value.id, $0.value.annotations) },
            uniquingKeysWith: { $1 })
    }

    /// The federated credentials that manifests declare.
    var federatedCredentials: [FederatedCredential] {
        all { if case .federatedIdentityCredential(let credential) = $0 { credential } else { nil } }
            .compactMap { FederatedCredential($0.value, $0.reference) }
    }

    /// The issuer that a `Cluster` names.
    var issuer: String? { all { if case .cluster(let cluster) = $0 { cluster } else { nil } }.compactMap(\.value.issuer).first }
}
