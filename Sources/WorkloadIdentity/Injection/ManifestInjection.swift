public import WireFormats

/// The webhook's work done on manifests, before there is a cluster: pods, and the pod templates of controllers.
///
/// What the webhook would be asked about is injected, which its object selector decides: pods labelled
/// `azure.workload.identity/use: "true"`. Only what it injects is changed; what re-serialising a pod adds and drops is left out.
public struct ManifestInjection: Sendable {
    /// One object that changed.
    public struct Change: Sendable {
        /// Its kind, namespace and name, for people.
        public let object: String
        /// As it was written.
        public let before: JSONValue
        /// With what was injected.
        public let after: JSONValue

        /// The difference as `diff -u` shows it, of both as YAML.
        public var unified: String {
            LineDifference.unified(from: before.yaml, to: after.yaml, oldName: object, newName: "\(object), injected")
        }
    }

    /// What became of one document.
    public struct Outcome: Sendable {
        /// The document; the one given where nothing changed.
        public var document: JSONValue
        /// The objects that changed, in the order of the document.
        public var changes: [Change] = []
        /// The objects that were denied, and why.
        public var denials: [(object: String, denial: AdmissionDenial)] = []
    }

    /// The label on the pod that the webhook's registration selects.
    private static let label = "azure.workload.identity/use"

    /// Where the pod is in a kind, and how its pods are named before there are any.
    private struct Template {
        let group: String
        let path: [String]
        let podName: @Sendable (String) -> String

        static let prefixed: @Sendable (String) -> String = { "\($0)- (prefix)" }
    }

    /// Deployments and CronJobs put a ReplicaSet or Job in between, whose name is made up later: the controller's own stands for it.
    private static let templates: [String: Template] = [
        "Pod": Template(group: "", path: []) { $0 },
        "ReplicationController": Template(group: "", path: ["spec", "template"], podName: Template.prefixed),
        "Deployment": Template(group: "apps", path: ["spec", "template"], podName: Template.prefixed),
        "ReplicaSet": Template(group: "apps", path: ["spec", "template"], podName: Template.prefixed),
        "DaemonSet": Template(group: "apps", path: ["spec", "template"], podName: Template.prefixed),
        "StatefulSet": Template(group: "apps", path: ["spec", "template"]) { "\($0)-0" },
        "Job": Template(group: "batch", path: ["spec", "template"], podName: Template.prefixed),
        "CronJob": Template(group: "batch", path: ["spec", "jobTemplate", "spec", "template"], podName: Template.prefixed),
    ]

    private let injection: PodInjection
    private let serviceAccounts: ServiceAccountDirectory

    /// The webhook of these settings, for the service accounts there are.
    public init(settings: WebhookSettings, serviceAccounts: ServiceAccountDirectory) {
        injection = PodInjection(settings)
        self.serviceAccounts = serviceAccounts
    }

    /// Injects into one document; of a list, into its items.
    public func injecting(into document: JSONValue) -> Outcome {
        if let items = document["items"]?.elements, document["kind"]?.text?.hasSuffix("List") == true {
            let outcomes = items.map(injecting)
            let changes = outcomes.flatMap(\.changes)
            return Outcome(
                document: changes.isEmpty ? document : document.setting("items", .array(outcomes.map(\.document))), changes: changes,
                denials: outcomes.flatMap(\.denials))
        }
        var outcome = Outcome(document: document)
        guard let template = template(of: document), let pod = document[path: template.path],
            let label = pod["metadata"]?["labels"]?[Self.label]
        else { return outcome }
        let metadata = document["metadata"]
        let namespace = metadata?["namespace"]?.text ?? "default"
        let name = metadata?["name"]?.text ?? ""
        let shownName = name.isEmpty ? "\(metadata?["generateName"]?.text ?? "")…" : name
        let object = "\(document["kind"]?.text ?? "") \(namespace)/\(shownName)"
        do throws(AdmissionDenial) {
            try check(pod)
            guard label == "true" else { return outcome }
            let podName = name.isEmpty ? "\(metadata?["generateName"]?.text ?? "") (prefix)" : template.podName(name)
            let injected = try injection.mutated(pod, name: podName, namespace: namespace, serviceAccounts: serviceAccounts)
            guard injected != pod else { return outcome }
            outcome.document = document.setting(path: template.path, injected)
            outcome.changes = [Change(object: object, before: document, after: outcome.document)]
        } catch {
            outcome.denials = [(object, error)]
        }
        return outcome
    }

    private func template(of document: JSONValue) -> Template? {
        guard let kind = document["kind"]?.text, let apiVersion = document["apiVersion"]?.text, let template = Self.templates[kind] else {
            return nil
        }
        let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        return (parts.count == 2 ? parts[0] : "") == template.group ? template : nil
    }

    /// What an API server could not decode would never reach the webhook.
    private func check(_ pod: JSONValue) throws(AdmissionDenial) {
        do throws(DecodeFailure) {
            _ = try TypeTable.pod.roundTrip(pod, as: "Pod")
        } catch {
            throw AdmissionDenial(error.text)
        }
    }
}
