import WireFormats

/// The body that approves events: `{"StartRequests":[{"EventId":"…"}]}`.
///
/// Other members are ignored, for samples of 2017 and 2018 carry some, and the type it is sent with is not looked at, for Microsoft's own
/// samples send a form's (source: imds.md §8).
struct StartRequests {
    /// What is wrong with a body, for people.
    struct Malformed: Error, Hashable {
        let reason: String
    }

    /// The events that are meant, as the client spelt them.
    let ids: [String]

    init(parsing body: [UInt8]) throws(Malformed) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: body)
        } catch {
            throw Malformed(reason: "the body is not JSON: \(error)")
        }
        guard case .object = document else { throw Malformed(reason: "the body is not an object") }
        guard let requests = document["StartRequests"]?.elements else { throw Malformed(reason: "StartRequests is not a list") }
        ids = try requests.enumerated().map { index, request throws(Malformed) in
            guard let id = request["EventId"]?.text else { throw Malformed(reason: "StartRequests[\(index)].EventId is not a string") }
            return id
        }
    }
}
