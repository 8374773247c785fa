import Testing
import WireFormats

@testable import WorkloadIdentity

/// One tenant, one service account `web` with a client id, one `bare` without.
enum Small {
    static let accounts = ServiceAccountDirectory { namespace, name in
        switch (namespace, name) {
        case ("default", "web"): ["azure.workload.identity/client-id": "client"]
        case ("default", "bare"): ["unrelated": "x"]
        default: nil
        }
    }

    static func settings(_ version: String = "1.6", native: Bool = false) throws -> WebhookSettings {
        var settings = WebhookSettings(tenantID: "tenant")
        settings.version = try #require(WebhookVersion(version))
        settings.hasNativeSidecars = native
        return settings
    }

    /// A pod of one container, with these annotations and more of a spec.
    static func pod(_ annotations: [String: String] = [:], account: String = "web", _ more: [JSONMember] = []) -> JSONValue {
        let prefixed = annotations.sorted { $0.key < $1.key }
            .map { JSONMember("azure.workload.identity/\($0.key)", .string($0.value)) }
        return [
            "metadata": ["name": "p", "annotations": .object(prefixed)],
            "spec": .object(
                [JSONMember("serviceAccountName", .string(account)), JSONMember("containers", [["name": "app", "image": "none/app"]])]
                    + more),
        ]
    }

    static func inject(
        _ pod: JSONValue, _ version: String = "1.6", native: Bool = false
    ) throws -> JSONValue {
        try PodInjection(try settings(version, native: native)).mutated(pod, name: "p", namespace: "default", serviceAccounts: accounts)
    }

    static func denial(_ pod: JSONValue, _ version: String = "1.6") throws -> String? {
        do {
            _ = try inject(pod, version)
            return nil
        } catch let denial as AdmissionDenial {
            return denial.message
        }
    }
}

extension JSONValue {
    /// The value at a path of names and indices: `spec/containers/0/env`.
    subscript(at path: String) -> JSONValue? {
        var value: JSONValue? = self
        for step in path.split(separator: "/") {
            if let index = Int(step) {
                let elements = value?.elements ?? []
                value = index < elements.count ? elements[index] : nil
            } else {
                value = value?[String(step)]
            }
        }
        return value
    }

    /// The names of the elements of the list at a path.
    func names(at path: String) -> [String] { (self[at: path]?.elements ?? []).compactMap { $0["name"]?.text } }
}
