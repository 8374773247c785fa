import HTTPServing
import WireFormats

/// A request to the metadata service with its path canonicalised and its query decoded, once.
struct MetadataCall {
    let request: HTTPRequest
    /// Without doubled slashes or a slash at the end, and in lower case for a caller of our own: JavaScript's SDK lower-cases it and adds a
    /// slash, Java's doubles the first (source: sdk-clients.md §1.2).
    let path: String
    /// The decoded segments below `/metadata/instance`, in their own case: property names are camelCase.
    let instancePath: ArraySlice<String>
    let parameters: [Percent.Parameter]

    /// - Parameter foldsCase: whether letter case is forgiven. For a caller's own request it is; for one that NMI passes on it must not be,
    ///   for NMI relies on the service behind it to refuse `/metadata/Identity/…` (source: nmi.md §1.2).
    init(_ request: HTTPRequest, foldsCase: Bool) {
        self.request = request
        parameters = Percent.query(request.rawQuery ?? "", .lenient)
        let raw = request.rawPath
        // The hot path needs no canonicalising.
        if raw == MetadataRoutes.tokenPath {
            path = raw
            instancePath = []
            return
        }
        let segments = (Percent.decodePath(raw) ?? raw).split(separator: "/").map(String.init)
        instancePath = segments.dropFirst(2)
        let joined = "/" + segments.joined(separator: "/")
        path = foldsCase ? joined.lowercased() : joined
    }

    /// The first value of a query parameter; nil when it is absent.
    func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
}
