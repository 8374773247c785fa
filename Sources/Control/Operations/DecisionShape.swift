/// A decision as `GET /decisions` and the verdicts show it.
enum DecisionShape {
    /// Open: what a face tells besides is its own.
    static let schema = JSONSchema.object(
        [
            .required("id", .integer(1...Int.max)), .required("time", .instant), .required("face", .text), .required("plane", .text),
            .required("caller", .map(of: .text)), .required("matched", .array(of: .text)),
            .required("rejected", .array(of: .map(of: .text))), .required("outcome", .text), .required("reason", .text),
            .optional("method", .text), .optional("path", .text), .optional("status", .integer(100...599)), .optional("resource", .text),
            .optional("selector", .map(of: .text)), .optional("identity", .map(of: .text)), .optional("client", .map(of: .text)),
            .optional("uti", .text),
        ], isOpen: true)
}
