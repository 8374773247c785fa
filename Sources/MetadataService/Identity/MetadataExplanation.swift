import IdentityModel
public import IdentityStore
import TokenIssuance
public import WireFormats

/// Why the plain metadata service gives, or does not give, a token: every caller is the node.
public enum MetadataExplanation {
    /// The explanation as a document: `outcome`, `steps` and the identity.
    public static func document(parameters: [(name: String, value: String)], snapshot: IdentitySnapshot) -> JSONValue {
        var parsed = parameters.map { Percent.Parameter(name: $0.name, value: $0.value) }
        if !parsed.contains(where: { $0.name == "resource" }) {
            parsed.append(Percent.Parameter(name: "resource", value: "https://management.azure.com/"))
        }
        let query = TokenQuery(parsed)
        var members = [JSONMember("plane", .string(snapshot.plane.rawValue))]
        do throws(MetadataFailure) {
            let request = try IdentityDecision.decide(query, in: snapshot)
            members += [
                JSONMember("outcome", "issued"), JSONMember("identity", .string(request.principal.described)),
                JSONMember("clientID", .string(request.principal.clientID)),
                JSONMember(
                    "steps",
                    .strings([
                        snapshot.plane == .podIdentity
                            ? "This is what the node \(snapshot.node.node.name) itself gets; name a pod or an address for what NMI gives."
                            : "In the plane \(snapshot.plane.rawValue) callers are not told apart: each is the node \(snapshot.node.node.name).",
                        "\(request.principal.described) is meant, and \(request.resource.name) is known: a token is issued.",
                    ])),
            ]
        } catch {
            members += [
                JSONMember("outcome", "refused"), JSONMember("steps", .strings([error.explanation(query: query, snapshot: snapshot)])),
            ]
        }
        return .object(members)
    }
}
