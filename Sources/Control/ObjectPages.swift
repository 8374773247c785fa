import HTTPServing
import IdentityModel
import IdentityStore
import ManifestReading
import WireFormats

/// Reading and changing the store of a running server.
///
/// A change is a memory overlay over the files.
struct ObjectPages: Sendable {
    let parts: ControlService.Parts

    func list(_ request: HTTPRequest, _ parameters: EndpointParameters) -> HTTPResponse {
        guard let kind = kind(parameters) else { return unknownKind(parameters) }
        let snapshot = parts.store.current
        return ControlWire.document([
            "kind": .string("List"), "apiVersion": "v1",
            "items": .array(snapshot.objects(of: kind).map { Self.document(of: $0, in: snapshot) }),
        ])
    }

    func show(_ request: HTTPRequest, _ parameters: EndpointParameters) -> HTTPResponse {
        guard let key = key(parameters) else { return unknownKind(parameters) }
        let snapshot = parts.store.current
        guard let stored = snapshot.object(key) else { return missing(key) }
        return ControlWire.document(Self.document(of: stored, in: snapshot))
    }

    /// The object as its manifest says it; an identity has its ids, which the manifest need not say, as its status.
    private static func document(of stored: StoredObject, in snapshot: IdentitySnapshot) -> JSONValue {
        guard let ids = snapshot.identifiers(of: stored), case .object(let members) = stored.document else { return stored.document }
        var status = [JSONMember("clientID", .string(ids.clientID))]
        if let principalID = ids.principalID { status.append(JSONMember("principalID", .string(principalID))) }
        return .object(members.filter { $0.name != "status" } + [JSONMember("status", .object(status))])
    }

    /// `PUT /objects/<kind>/[<namespace>/]<name>`: the body must be that very object.
    func put(_ request: HTTPRequest, _ parameters: EndpointParameters) -> HTTPResponse {
        guard let key = key(parameters) else { return unknownKind(parameters) }
        var contents = ManifestContents()
        let origin = "PUT \(request.rawPath)"
        for document in (try? ManifestText.documents(in: request.body, file: origin)) ?? [] { contents.read(document, file: origin) }
        let keys = contents.entries.map(\.key)
        if contents.problems.isEmpty, !keys.isEmpty, keys != [key] {
            return ControlWire.problem(
                .badRequest, "The body holds \(keys.map(\.description).joined(separator: ", ")), but the path says \(key).")
        }
        return apply(request)
    }

    /// `PUT /objects`: a manifest with any number of objects; all are taken or none.
    func apply(_ request: HTTPRequest, _ parameters: EndpointParameters) -> HTTPResponse { apply(request) }

    func delete(_ request: HTTPRequest, _ parameters: EndpointParameters) -> HTTPResponse {
        guard let key = key(parameters) else { return unknownKind(parameters) }
        do throws(ManifestRefusal) {
            guard try parts.store.delete(key) else { return missing(key) }
            return done([key])
        } catch {
            return refused(error)
        }
    }

    private func apply(_ request: HTTPRequest) -> HTTPResponse {
        do throws(ManifestRefusal) {
            return done(try parts.store.apply(request.body, from: "PUT \(request.rawPath)"))
        } catch {
            return refused(error)
        }
    }

    private func done(_ keys: [ObjectKey]) -> HTTPResponse {
        ControlWire.document([
            "changed": .strings(keys.map(\.description)), "generation": .integer(parts.store.current.generation),
        ])
    }

    private func refused(_ refusal: ManifestRefusal) -> HTTPResponse {
        ControlWire.problem(
            HTTPStatus(code: 422), "Nothing was changed: \(refusal.problems.count) problem(s).",
            problems: refusal.problems.map(\.description))
    }

    private func kind(_ parameters: EndpointParameters) -> ObjectKind? { parameters["kind"].flatMap(ObjectKind.init(word:)) }

    private func key(_ parameters: EndpointParameters) -> ObjectKey? {
        guard let kind = kind(parameters), let name = parameters["name"] else { return nil }
        return ObjectKey(kind: kind, namespace: parameters["namespace"] ?? "", name: name)
    }

    private func missing(_ key: ObjectKey) -> HTTPResponse { ControlWire.problem(.notFound, "There is no \(key).") }

    private func unknownKind(_ parameters: EndpointParameters) -> HTTPResponse {
        ControlWire.problem(
            .notFound,
            "There is no kind \"\(parameters["kind"] ?? "")\"; allowed: \(ObjectKind.allCases.map(\.plural).joined(separator: ", ")).")
    }
}
