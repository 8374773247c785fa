public import WireFormats

/// What an API server must be told to ask a webhook that runs outside of its cluster.
public enum WebhookRegistration {
    /// A MutatingWebhookConfiguration as the original's, but for the place (source: workload-identity.md §1.1).
    ///
    /// - Parameters:
    ///   - url: where the webhook answers.
    ///   - caBundle: the CA certificate as base64 of PEM.
    public static func configuration(url: String, caBundle: String) -> JSONValue {
        let system: JSONValue = ["azure-workload-identity.io/system": "true"]
        return [
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
            "metadata": ["name": "azure-wi-webhook-mutating-webhook-configuration", "labels": system],
            "webhooks": [
                [
                    "name": "mutation.azure-workload-identity.io", "admissionReviewVersions": ["v1", "v1beta1"],
                    "clientConfig": ["url": .string(url), "caBundle": .string(caBundle)], "failurePolicy": "Fail",
                    "matchPolicy": "Equivalent", "objectSelector": ["matchLabels": ["azure.workload.identity/use": "true"]],
                    "reinvocationPolicy": "IfNeeded",
                    "rules": [["apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]]],
                    "sideEffects": "None",
                ]
            ],
        ]
    }
}
