import HTTPServing
import WireFormats

/// What a token request asks for: only two parameters are read, the first value of each (source: workload-identity.md §2.2, §2.3).
struct TokenQuery: Equatable {
    /// Why a request is turned down before anything is asked.
    enum Refusal: Error, Equatable {
        case clientIDMissing
        case resourceMissing
    }

    let clientID: String
    let resource: String

    /// Reads the query.
    ///
    /// - Parameter defaultClientID: the identity of requests that name none; empty when there is none.
    init(_ request: HTTPRequest, defaultClientID: String) throws(Refusal) {
        let parameters = Percent.query(request.rawQuery ?? "", .dropMalformed)
        func first(_ name: String) -> String { parameters.first { $0.name == name }?.value ?? "" }
        let named = first("client_id")
        clientID = named.isEmpty ? defaultClientID : named
        resource = first("resource")
        guard !clientID.isEmpty else { throw .clientIDMissing }
        guard !resource.isEmpty else { throw .resourceMissing }
    }

    /// The scope that stands for the resource: the authority takes all before the last slash, so one at its end survives.
    var scope: String { resource.hasSuffix("/.default") ? resource : resource + "/.default" }
}
