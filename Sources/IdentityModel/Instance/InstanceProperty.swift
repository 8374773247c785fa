/// One row of the instance schema: a property, its type, the api-version that introduced it and what stands there when nobody says.
public struct InstanceProperty: Sendable {
    /// What a property may hold.
    ///
    /// On the wire every one but `wireBoolean` is a JSON string (source: imds.md §3).
    public enum Kind: String, Sendable {
        case text
        /// `"true"`, `"false"`, or nothing.
        case flag
        /// Decimal digits, or nothing.
        case count
        /// A GUID in Azure; any text here.
        case guid
        /// Twelve upper-case hexadecimal digits.
        case mac
        case ipv4
        case ipv6
        case base64
        /// `true` or `false` without quotes: `extended.compute.hasCustomData` alone.
        case wireBoolean
        /// A list; the rows below it describe an element.
        case list
    }

    /// What stands there when the manifest is silent.
    public enum Default: Sendable {
        /// This text.
        case text(String)
        /// What a function of the rest makes, with a few words on how.
        case derived(String, @Sendable (InstanceResolver) -> String)
        /// Nothing, not even its name: a property too new to be known well.
        case absent
        /// A list whose elements a function gives, each then completed by the rows below, with a few words on what they are.
        case elements(String, @Sendable (InstanceResolver) -> [InstanceGiven])
    }

    /// The path from the root, segments parted by dots, `[]` after the name of a list: `network.interface[].macAddress`.
    public let path: String
    /// What it may hold.
    public let kind: Kind
    /// The first api-version that has it.
    public let since: String
    /// What it is when nothing is said.
    public let fallback: Default

    init(_ path: String, _ kind: Kind = .text, since: String, _ fallback: Default = .text("")) {
        self.path = path
        self.kind = kind
        self.since = since
        self.fallback = fallback
    }
}
