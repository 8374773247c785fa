import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import WireFormats

/// The form an answer is asked for in.
enum InstanceFormat {
    case json
    case text

    /// The parameter `format`; JSON when it is absent (source: imds.md §2.1).
    init(_ call: MetadataCall) throws(MetadataFailure) {
        switch call.parameter("format")?.lowercased() {
        case nil, "", "json": self = .json
        case "text": self = .text
        case let other?: throw .formatUnknown(other)
        }
    }
}

extension MetadataService {
    /// `/metadata/instance` and everything below it.
    func instance(_ call: MetadataCall, _ snapshot: IdentitySnapshot) throws(MetadataFailure) -> Answer {
        let format = try InstanceFormat(call)
        // New Relic's agent still asks with the preview's version. It gets what the first version has: how the preview named the parts of
        // `network` is known from copies of old documentation only (source: imds.md §3.1).
        let version = max(call.parameter("api-version") ?? "", "2017-04-02")
        let extended = call.parameter("extended")?.lowercased() == "true"
        let document = snapshot.node.instance
        if call.instancePath.isEmpty, format == .json {
            return answered(
                wire.document(instanceBytes.json(of: document, version: version, showsExtended: extended)), snapshot,
                "The instance document was served at \(version).")
        }
        let whole = InstanceView(tree: document.tree, version: version, showsExtended: extended)
        guard let part = whole.part(at: call.instancePath) else { throw .pathUnknown(.instance) }
        let path = call.instancePath.joined(separator: "/")
        switch format {
        case .text: return answered(wire.text(part.text), snapshot, "/\(path) of the instance document was served as text.")
        case .json:
            guard !part.isLeaf else { throw .leafNeedsText(path) }
            return answered(wire.document(part.json), snapshot, "/\(path) of the instance document was served at \(version).")
        }
    }

    /// `/metadata` itself: the categories of the version, in text only (source: imds.md §2).
    func categories(_ call: MetadataCall, _ snapshot: IdentitySnapshot) throws(MetadataFailure) -> Answer {
        guard try InstanceFormat(call) == .text, let version = call.parameter("api-version") else { throw .pathUnknown(.instance) }
        let names = MetadataRoutes.categories(at: version)
        return answered(wire.text(names.map { "\($0)/" }.joined(separator: "\n")), snapshot, "The categories were listed.")
    }

    /// `/metadata/loadbalancer`, or E16 when there is nothing to tell.
    func loadBalancer(_ call: MetadataCall, _ snapshot: IdentitySnapshot) throws(MetadataFailure) -> Answer {
        guard call.path == "/metadata/loadbalancer" else {
            throw .loadBalancer(.path(call.path, method: call.request.method))
        }
        if let format = call.parameter("format"), !format.isEmpty, format.lowercased() != "json" {
            throw .loadBalancer(.parameterValue(name: "format", value: format))
        }
        let metadata = LoadBalancerView(node: snapshot.node).metadata
        guard !metadata.isEmpty else { throw .loadBalancer(.nothingKnown) }
        return answered(LoadBalancerView.json(metadata), snapshot, "The load balancer's metadata were served.")
    }

    func answered(_ document: JSONValue, _ snapshot: IdentitySnapshot, _ reason: String) -> Answer {
        answered(wire.document(document.bytes()), snapshot, reason)
    }

    func answered(_ response: HTTPResponse, _ snapshot: IdentitySnapshot, _ reason: String) -> Answer {
        .done(response, Decision(face: .metadata, plane: snapshot.plane, outcome: .answered, reason: reason))
    }
}
