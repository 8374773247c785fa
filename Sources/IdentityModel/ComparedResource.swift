/// A resource that tokens are asked for, as it is told apart from others.
///
/// A scope means the resource it ends in `/.default` of, and neither slashes at the end nor case tell two apart: clients spell one resource
/// in all of these ways.
public struct ComparedResource: Hashable, Sendable {
    private let name: String

    /// Takes a resource, or a scope, as somebody spelt it.
    public init(_ text: String) {
        var name = text.lowercased()
        if name.hasSuffix("/.default") { name.removeLast("/.default".count) }
        while name.hasSuffix("/") { name.removeLast() }
        self.name = name
    }
}
