/// Why a pod is not admitted: the status code and text of the original's answer.
public struct AdmissionDenial: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text, as `kubectl` shows it behind `denied the request:`.
    public let message: String
    /// The code in the answer's status; the HTTP status is 200 all the same.
    public let code: Int

    /// A denial from its parts.
    public init(_ message: String, code: Int = 400) {
        self.message = message
        self.code = code
    }

    /// The text.
    public var description: String { message }
}
