import Synchronization

/// The instance document of one machine, made when it is first asked for.
public final class InstanceDocument: Sendable {
    /// What a document follows from.
    public struct Origin: Hashable, Sendable {
        let node: Node
        let cloud: Cloud
        let kubeletClientID: String?

        /// A node in a cloud.
        ///
        /// - Parameter kubeletClientID: the client id of the node's kubelet identity, which AKS puts into a tag.
        public init(node: Node, cloud: Cloud, kubeletClientID: String?) {
            self.node = node
            self.cloud = cloud
            self.kubeletClientID = kubeletClientID
        }
    }

    private enum Source: Sendable {
        case facts(InstanceFacts)
        case captured(InstanceTree)
    }

    /// What it follows from; nil when it was captured.
    public let origin: Origin?
    private let source: Source
    private let made = Mutex<InstanceTree?>(nil)

    /// A document that follows from what a manifest says.
    public init(_ origin: Origin) {
        self.origin = origin
        source = .facts(InstanceFacts(origin))
    }

    /// A document that was captured from a real machine.
    public init(captured tree: InstanceTree) {
        origin = nil
        source = .captured(tree)
    }

    /// All of it, whatever the version.
    public var tree: InstanceTree {
        switch source {
        case .captured(let tree): tree
        case .facts(let facts):
            made.withLock { made in
                if let made { return made }
                let tree = InstanceResolver(facts: facts).tree(of: InstanceSchema.root)
                made = tree
                return tree
            }
        }
    }

    /// The text of one property without making the whole document; empty when there is none.
    ///
    /// The path is one of the schema's, without lists: `compute.location`.
    public func text(_ path: String) -> String {
        switch source {
        case .captured(let tree): tree.text(at: path) ?? ""
        case .facts(let facts): InstanceResolver(facts: facts)[path]
        }
    }
}

extension InstanceResolver {
    /// The tree of a part of the schema, every member filled in.
    fileprivate func tree(of node: InstanceSchemaNode) -> InstanceTree {
        switch node {
        case .leaf(let row):
            let text = self[row.path]
            return row.kind == .wireBoolean ? .boolean(text == "true") : .text(text)
        case .list(let row, let element):
            return .list(elements(of: row).enumerated().map { inside(row, $0.offset, $0.element).tree(of: element) })
        case .object(let members):
            return .object(
                members.filter { shows($0.node) }.map { InstanceMember(name: $0.name, since: $0.node.since, value: tree(of: $0.node)) })
        }
    }
}
