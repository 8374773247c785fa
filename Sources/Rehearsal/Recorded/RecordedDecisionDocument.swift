import IdentityModel
import WireFormats

/// A decision as a journal's export has it.
struct RecordedDecisionDocument {
    let id: String
    let face: String
    private let document: JSONValue

    /// Nil for what is no decision.
    init?(_ document: JSONValue) {
        guard case .number(let id)? = document["id"], let face = document["face"]?.text, document["outcome"]?.text != nil else {
            return nil
        }
        self.id = id
        self.face = face
        self.document = document
    }

    /// Whose requests a workload's are that wants a token: those of the metadata service, with and without NMI in front.
    private static let nodeFaces: Set<String> = ["pod-identity", "metadata"]

    /// The request to the metadata service; nil for a decision about something else.
    func request(in file: String) -> RecordedRequest? {
        guard Self.nodeFaces.contains(face), let path = document["path"]?.text else { return nil }
        return request(RecordedRequest.route(of: path), in: file)
    }

    /// The request for a token, by whatever way it was made; nil for what is none.
    func tokenRequest(in file: String) -> RecordedRequest? {
        if face == "authority", document["outcome"]?.text != "answered" { return request(.exchange, in: file) }
        guard let request = request(in: file), request.route == .token || request.route == .hostToken else { return nil }
        return request
    }

    private func request(_ route: RecordedRequest.Route, in file: String) -> RecordedRequest {
        let headers = Workload.texts(document["client"])
        return RecordedRequest(
            place: "\(file)#\(id)", route: route,
            caller: RecordedCaller(
                pod: document["caller"]?["pod"]?.text.flatMap { NamespacedName(reference: $0) },
                address: document["caller"]?["address"]?.text),
            shape: RequestShape(selector: document["selector"]), resource: document["resource"]?.text,
            client: RecordedClient(headers: headers), status: document["status"]?.wholeNumber ?? 0,
            identity: document["outcome"]?.text == "issued" ? document["identity"]?["clientID"]?.text?.lowercased() : nil,
            requestID: headers["x-ms-client-request-id"] ?? headers["client-request-id"],
            waitMilliseconds: document["waitMilliseconds"]?.wholeNumber ?? 0)
    }
}

extension RequestShape {
    /// The shape of a journal's selector; without one, none.
    init(selector: JSONValue?) {
        guard let value = selector?["value"]?.text, !value.isEmpty else {
            self = .none
            return
        }
        self =
            switch selector?["name"]?.text {
            case "client_id", "clientid": .clientID(value)
            case "object_id", "principal_id": .objectID(value)
            default: .resourceID(value)
            }
    }
}
