/// The service accounts that the webhook finds, by namespace and name.
public struct ServiceAccountDirectory: Sendable {
    /// The annotations of a service account; nil when there is none of that name.
    private let annotations: @Sendable (_ namespace: String, _ name: String) -> [String: String]?

    /// A directory that asks a function.
    public init(annotations: @escaping @Sendable (_ namespace: String, _ name: String) -> [String: String]?) {
        self.annotations = annotations
    }

    /// Looks one up as the original does through the API server, with the API server's refusals.
    ///
    /// `default` is in every namespace: a cluster makes it, so manifests need not declare it.
    func find(_ name: String, in namespace: String) throws(AdmissionDenial) -> [String: String] {
        // Source: client-go's rest.Request, which checks the parts of a path before it sends anything.
        try check(namespace, "namespace")
        try check(name, "resource name")
        guard !namespace.isEmpty else { throw AdmissionDenial("an empty namespace may not be set when a resource name is provided") }
        if let found = annotations(namespace, name) { return found }
        guard name == "default" else { throw AdmissionDenial("serviceaccounts \(GoText.quoted(name)) not found") }
        return [:]
    }

    private func check(_ segment: String, _ part: String) throws(AdmissionDenial) {
        let complaints =
            segment == "." || segment == ".."
            ? ["may not be '\(segment)'"] : ["/", "%"].filter { segment.contains($0) }.map { "may not contain '\($0)'" }
        guard complaints.isEmpty else {
            throw AdmissionDenial("invalid \(part) \(GoText.quoted(segment)): [\(complaints.joined(separator: " "))]")
        }
    }
}
