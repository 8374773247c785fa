import IdentityModel
import WireFormats

/// A part of an instance document as one api-version shows it.
struct InstanceView {
    let tree: InstanceTree
    let version: String
    /// Whether the root shows what provisioning agents ask for with `extended=true`.
    let showsExtended: Bool

    /// The part at a path of names and indexes; nil when the version has nothing there.
    func part(at path: some Sequence<String>) -> InstanceView? {
        var view = self
        for segment in path {
            guard let next = view.child(segment) else { return nil }
            view = InstanceView(tree: next, version: version, showsExtended: showsExtended)
        }
        return view
    }

    private func child(_ segment: String) -> InstanceTree? {
        switch tree {
        case .object(let members): return members.first { $0.name == segment && isShown($0) }?.value
        case .list(let elements):
            // An index in its plain form: digits, no sign, no leading zero.
            guard let index = Int(segment), "\(index)" == segment, elements.indices.contains(index) else { return nil }
            return elements[index]
        case .text, .boolean: return nil
        }
    }

    /// `extended` is the one top-level member that must be asked for.
    private func isShown(_ member: InstanceMember) -> Bool {
        member.since <= version && (member.name != "extended" || showsExtended)
    }

    /// Whether there is nothing below.
    var isLeaf: Bool {
        switch tree {
        case .text, .boolean: true
        case .list, .object: false
        }
    }

    /// The raw value of a leaf; of anything else its children, one a line, those with children of their own ending with a slash
    /// (source: imds.md §2.1).
    var text: String {
        switch tree {
        case .text(let text): text
        case .boolean(let value): value ? "true" : "false"
        case .list(let elements): elements.enumerated().map { "\($0.offset)" + Self.slash($0.element) }.joined(separator: "\n")
        case .object(let members):
            members.filter(isShown).map { $0.name + Self.slash($0.value) }.joined(separator: "\n")
        }
    }

    private static func slash(_ tree: InstanceTree) -> String {
        switch tree {
        case .text, .boolean: ""
        case .list, .object: "/"
        }
    }

    /// Compact JSON.
    var json: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(4096)
        write(tree, to: &out)
        return out
    }

    private func write(_ tree: InstanceTree, to out: inout [UInt8]) {
        switch tree {
        case .text(let text): JSONValue.writeString(text, to: &out, style: .compact)
        case .boolean(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .list(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                write(element, to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            var isFirst = true
            for member in members where isShown(member) {
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                JSONValue.writeString(member.name, to: &out, style: .compact)
                out.append(UInt8(ascii: ":"))
                write(member.value, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }
}
