import IdentityModel
import Surroundings
import Testing
import WireFormats

/// The instance document of a node whose manifest has this specification.
func document(
    _ spec: String, name: String = "vm-0", cloud: Cloud = .public, kubeletClientID: String? = nil
) throws -> InstanceTree {
    guard case .node(let node) = try readOne(ours("Node", "spec: \(spec)", name: name)) else { throw WrongKind() }
    return InstanceDocument(InstanceDocument.Origin(node: node, cloud: cloud, kubeletClientID: kubeletClientID)).tree
}

extension InstanceTree {
    /// The part at a path as the service has it: `network/interface/0`; nil when nothing is there.
    func part(_ path: String) -> InstanceTree? {
        var node: InstanceTree? = self
        for segment in path.split(separator: "/") {
            if let elements = node?.elements, let index = Int(segment) {
                node = elements.indices.contains(index) ? elements[index] : nil
            } else {
                node = node?[String(segment)]
            }
        }
        return node
    }

    /// The text at such a path.
    func leaf(_ path: String) -> String? {
        guard case .text(let text)? = part(path) else { return nil }
        return text
    }
}
