import Control
import Faults

/// Faults, and what clients did about them, as the control listener describes them.
enum FaultShapes {
    private static let count = JSONSchema.integer(0...Int.max)

    /// A fault and how far it has come.
    static let fault = JSONSchema.object([
        .required("name", .text),
        .required("state", .choice(["waiting", "active", "over"]), "Whether it has met a request, or is past its steps."),
        .required("met", count, "Requests that fit, whether or not it acted on them."), .required("acted", count),
        .optional("step", .text, "What happens next; missing when nothing does."), .required("since", .instant, "When it came."),
        .required("spec", .map(of: .anything), "What it says, as in a manifest."),
    ])

    /// One asking of a client: all its requests until it was served or gave up.
    static let sequence = JSONSchema.object([
        .required("client", .object([.required("name", .text), .required("version", .text), .optional("library", .text)])),
        .required("caller", .text, "The pod, or the address."), .required("source", .text, "Who was asked."), .optional("resource", .text),
        .required("attempts", .array(of: attempt), "The requests that met a fault."), .required("retries", count),
        .required("ending", .choice(RetrySequence.Ending.allCases.map(\.rawValue))), .required("spanMilliseconds", count),
        .required("verdict", verdict, "The worst of the attempts'."),
        .required("isFault", .boolean, "Whether the client's author has something to mend."),
    ])

    private static let attempt = JSONSchema.object([
        .required("decision", .integer(1...Int.max)), .required("fault", .text), .required("did", .text),
        .optional("status", .integer(100...599), "Missing when nothing was sent."), .optional("toldSeconds", count),
        .optional("documentedSeconds", .anything, "A number: what the client is documented to wait."),
        .optional("waitedMilliseconds", count),
        .required("verdict", verdict),
    ])

    private static let verdict = JSONSchema.choice(RetrySequence.Verdict.allCases.map(\.rawValue))
}
