/// Names of the annotations that set workload identity up (source: workload-identity.md §1.2).
public enum WorkloadAnnotation {
    /// Of a ServiceAccount: whose token its pods exchange for.
    public static let clientID = "azure.workload.identity/client-id"
    /// Of a ServiceAccount: the tenant, instead of the webhook's.
    public static let tenantID = "azure.workload.identity/tenant-id"
    /// Of a Pod, or else of its ServiceAccount: the life of the token, in seconds.
    static let expiration = "azure.workload.identity/service-account-token-expiration"
}
