import WireFormats

/// `apiVersion` and `kind`, read before anything else of a document.
enum KubernetesMeta {
    static let complaint = "couldn't get version/kind; json parse error: "

    /// Refuses what is neither an object nor null.
    static func checkObject(_ document: JSONValue) throws(AdmissionDenial) {
        guard document == .null || document.isObject else {
            let type = #"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#
            throw AdmissionDenial("\(complaint)json: cannot unmarshal \(document.goKind) into Go value of type \(type)")
        }
    }

    /// The text of a member; empty when it is absent or null.
    static func text(_ document: JSONValue, _ name: String) throws(AdmissionDenial) -> String {
        switch document[name] {
        case nil, .null: return ""
        case .string(let text): return text
        case .some(let value):
            throw AdmissionDenial("\(complaint)json: cannot unmarshal \(value.goKind) into Go struct field .\(name) of type string")
        }
    }
}

extension JSONValue {
    var isObject: Bool { if case .object = self { true } else { false } }

    /// What Go's decoder calls a value.
    var goKind: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
