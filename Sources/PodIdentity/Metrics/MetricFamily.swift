/// A family of NMI's and MIC's own metrics; in order of their names, as they are shown (source: nmi.md §8.4).
enum MetricFamily: String, CaseIterable {
    case additions = "assigned_identity_addition_count"
    case additionSeconds = "assigned_identity_addition_duration_seconds"
    case deletions = "assigned_identity_deletion_count"
    case deletionSeconds = "assigned_identity_deletion_duration_seconds"
    case updates = "assigned_identity_update_count"
    case updateSeconds = "assigned_identity_update_duration_seconds"
    case cloudSeconds = "cloud_provider_operations_duration_seconds"
    case cloudErrors = "cloud_provider_operations_errors_count"
    case imdsSeconds = "imds_operations_duration_seconds"
    case imdsErrors = "imds_operations_errors_count"
    case kubernetesErrors = "kubernetes_api_operations_errors_count"
    case cycles = "mic_cycle_count"
    case cycleSeconds = "mic_cycle_duration_seconds"
    case elections = "mic_new_leader_election_count"
    case nmiSeconds = "nmi_operations_duration_seconds"

    /// The name on the wire.
    var name: String { "aadpodidentity_\(rawValue)" }

    /// What `# HELP` says of it.
    var help: String {
        switch self {
        case .additions: "Total number of assigned identity addition operations"
        case .additionSeconds: "Duration in seconds of assigned identity addition operations"
        case .deletions: "Total number of assigned identity deletion operations"
        case .deletionSeconds: "Duration in seconds of assigned identity deletion operations"
        case .updates: "Total number of assigned identity update operations"
        case .updateSeconds: "Duration in seconds of assigned identity update operations"
        case .cloudSeconds: "Duration in seconds of cloudprovider operations"
        case .cloudErrors: "Total number of errors in cloud provider operations"
        case .imdsSeconds: "Duration in seconds of imds token operations"
        case .imdsErrors: "Total number of errors in imds token operations"
        case .kubernetesErrors: "Total number of errors in kubernetes api operations"
        case .cycles: "Total number of cycles executed in mic"
        case .cycleSeconds: "Duration in seconds for single mic sync cycle"
        case .elections: "Total number of new leader election in mic"
        case .nmiSeconds: "Duration in seconds for nmi operations"
        }
    }

    /// The upper ends of a histogram's buckets; nil for a counter.
    var bounds: [Double]? {
        switch self {
        case .nmiSeconds: [0.5, 1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100]
        case .additionSeconds, .deletionSeconds, .updateSeconds, .imdsSeconds:
            [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 2, 3, 4, 5, 10]
        case .cloudSeconds, .cycleSeconds: [0.5, 1, 5, 10, 30, 60, 120, 300, 600, 900, 1200]
        case .additions, .deletions, .updates, .cloudErrors, .imdsErrors, .kubernetesErrors, .cycles, .elections: nil
        }
    }
}
