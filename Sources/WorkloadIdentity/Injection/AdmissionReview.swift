import IdentityModel
import ManifestReading
import WireFormats

/// An AdmissionReview as the original reads it (source: workload-identity.md §1.7 and the corrections from recordings).
struct AdmissionReview {
    /// The review's own `apiVersion` and `kind`, which the answer repeats; absent stays absent.
    let typeMembers: [JSONMember]
    /// `request.uid`; empty when absent.
    let uid: String
    /// `request.namespace`; empty when absent.
    let namespace: String
    /// `request.object`; nil when there is none.
    let object: JSONValue?

    /// Reads a request's body.
    ///
    /// - Throws: a denial that is told without repeating anything of the review.
    init(parsing body: [UInt8]) throws(AdmissionDenial) {
        let document = try Self.document(body)
        try KubernetesMeta.checkObject(document)
        let version = try KubernetesMeta.text(document, "apiVersion")
        let kind = try KubernetesMeta.text(document, "kind")
        guard version.utf8.count(where: { $0 == UInt8(ascii: "/") }) < 2 else {
            throw AdmissionDenial("unexpected GroupVersion string: \(version)")
        }
        typeMembers =
            version.isEmpty && kind.isEmpty
            ? [JSONMember("kind", "AdmissionReview"), JSONMember("apiVersion", "admission.k8s.io/v1")]
            : [JSONMember("kind", .string(kind)), JSONMember("apiVersion", .string(version))].filter { $0.value != "" }
        let request = document["request"] ?? .null
        guard request == .null || request.isObject else { throw Self.mismatch(request, "AdmissionReview.request", "v1.AdmissionRequest") }
        uid = try Self.text(request, "uid", "types.UID")
        namespace = try Self.text(request, "namespace", "string")
        object = request["object"] == .null ? nil : request["object"]
    }

    /// What does not begin like a JSON object is read as YAML, for the original's decoder falls back to it.
    private static func document(_ body: [UInt8]) throws(AdmissionDenial) -> JSONValue {
        guard body.first(where: { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }) == UInt8(ascii: "{") else {
            do throws(ManifestSyntaxError) {
                return try ManifestText.documents(in: body, file: "yaml").first.map { JSONValue($0.root) } ?? .null
            } catch {
                throw AdmissionDenial("\(error)")
            }
        }
        do throws(JSONSyntaxError) {
            return try JSONValue(parsing: body)
        } catch {
            // Go has one word for every text that ends too early.
            let reason = error.offset >= body.count ? "unexpected end of JSON input" : error.reason
            throw AdmissionDenial(KubernetesMeta.complaint + reason)
        }
    }

    private static func text(_ request: JSONValue, _ name: String, _ type: String) throws(AdmissionDenial) -> String {
        switch request[name] {
        case nil, .null: return ""
        case .string(let text): return text
        case .some(let value): throw mismatch(value, "AdmissionRequest.request.\(name)", type)
        }
    }

    private static func mismatch(_ value: JSONValue, _ field: String, _ type: String) -> AdmissionDenial {
        AdmissionDenial("json: cannot unmarshal \(value.goKind) into Go struct field \(field) of type \(type)")
    }
}
