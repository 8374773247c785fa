/// Azure resource ids (`/subscriptions/…`), as text with the case rules that the services apply.
public enum ResourceID {
    /// The form of a user-assigned identity's id, as MIC prints it (source: nmi.md §4).
    public static let userAssignedForm =
        "/subscriptions/<subid>/resourcegroups/<resourcegroup>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>"

    /// Whether `text` contains a user-assigned identity's id; unanchored and case-insensitive, as MIC's check is (source: nmi.md §4).
    public static func looksUserAssigned(_ text: String) -> Bool {
        let lower = text.lowercased()
        guard let subscriptions = lower.firstRange(of: "/subscriptions/") else { return false }
        let afterSubscription = lower[subscriptions.upperBound...]
        guard let groups = afterSubscription.firstRange(of: "/resourcegroups/"), groups.lowerBound > afterSubscription.startIndex else {
            return false
        }
        let afterGroup = afterSubscription[groups.upperBound...]
        guard let provider = afterGroup.firstRange(of: "/providers/microsoft.managedidentity/userassignedidentities/"),
            provider.lowerBound > afterGroup.startIndex
        else { return false }
        return provider.upperBound < afterGroup.endIndex
    }

    /// The id as tokens carry it in `xms_mirid` and `xms_az_rid`: the segment `resourcegroups` in lower case, all else as created
    /// (source: entra.md §2.3).
    public static func claimForm(_ text: String) -> String {
        // Each token asks twice, so it is done in place: the two forms have the same length.
        let name = Array("resourcegroups".utf8)
        var bytes = Array(text.utf8)
        var start = 0
        for end in 0...bytes.count where end == bytes.count || bytes[end] == UInt8(ascii: "/") {
            if end - start == name.count, bytes[start..<end].elementsEqual(name, by: { $0 | 0x20 == $1 }) {
                bytes.replaceSubrange(start..<end, with: name)
            }
            start = end + 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The last segment: the resource's name.
    public static func name(of text: String) -> String { text.split(separator: "/").last.map(String.init) ?? text }
}

extension StringProtocol {
    /// The first place where `other` stands, in a plain search over UTF-8.
    fileprivate func firstRange(of other: String) -> Range<Index>? {
        let needle = Array(other.utf8)
        var index = startIndex
        while index != endIndex {
            if self[index...].utf8.starts(with: needle) { return index..<utf8.index(index, offsetBy: needle.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
