import Synchronization

/// The instance document of one machine, made when it is first asked for.
public final class InstanceDocument: Sendable {
    private enum Source: Sendable {
        case facts(InstanceFacts)
        case captured(InstanceTree)
    }

    private let source: Source
    private let made = Mutex<InstanceTree?>(nil)

    /// A document that follows from what a manifest says.
    public init(_ facts: InstanceFacts) { source = .facts(facts) }

    /// A document that was captured from a real machine.
    public init(captured tree: InstanceTree) { source = .captured(tree) }

    /// Whether it would come out the same from these facts.
    public func follows(from facts: InstanceFacts) -> Bool {
        guard case .facts(let own) = source else { return false }
        return own == facts
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
