public import HTTPServing
public import WireFormats

/// Holds requests to what the table says, before an operation runs: what is not described is not taken.
enum ControlCheck {
    /// What is wrong with a request, in a sentence; nil when nothing is.
    static func problem(with request: HTTPRequest, _ values: EndpointParameters, for operation: ControlOperation) -> String? {
        let known = operation.parameters
        for parameter in known where parameter.place == .path {
            if let value = values[parameter.name], let problem = parameter.schema.problem(inText: value, of: parameter.name) {
                return problem
            }
        }
        return problem(inQuery: request.rawQuery ?? "", known.filter { $0.place == .query })
            ?? operation.body.flatMap { problem(in: request.body, $0) }
    }

    private static func problem(inQuery query: String, _ known: [ControlParameter]) -> String? {
        var given: Set<String> = []
        for pair in Percent.query(query, .lenient) {
            guard let parameter = known.first(where: { $0.name == pair.name }) else {
                let names = known.map(\.name).joined(separator: ", ")
                return "unknown parameter \"\(pair.name)\"; allowed: \(names.isEmpty ? "none" : names)"
            }
            if let problem = parameter.schema.problem(inText: pair.value, of: pair.name) { return problem }
            if !given.insert(pair.name).inserted {
                guard case .array = parameter.schema else { return "\(pair.name): found it a second time; allowed: once" }
            }
        }
        for parameter in known where parameter.isRequired && !given.contains(parameter.name) {
            return "\(parameter.name): found nothing; allowed: \(parameter.schema.allowed)"
        }
        return nil
    }

    private static func problem(in body: [UInt8], _ known: ControlBody) -> String? {
        guard known.isChecked else { return nil }
        if body.isEmpty { return known.isRequired ? "the body: found nothing; allowed: \(known.schema.allowed)" : nil }
        do throws(JSONSyntaxError) {
            return known.schema.problem(in: try JSONValue(parsing: body), at: "")
        } catch {
            return "the body is not JSON: \(error)"
        }
    }
}

extension HTTPRequest {
    /// The JSON document in the body; an empty object when there is none.
    public var document: JSONValue { (try? JSONValue(parsing: body)) ?? .object([]) }
}
