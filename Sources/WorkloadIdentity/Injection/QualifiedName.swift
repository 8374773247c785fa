/// The names of labels and annotations, as Kubernetes checks them.
enum QualifiedName {
    private static let pattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
    private static let rule =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '\(pattern)')"

    /// What is wrong with a name whose prefix is known to be good; nil when nothing is.
    static func complaint(_ name: String) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            return "a qualified name \(rule) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        }
        var complaints: [String] = []
        if parts[1].utf8.count > 63 { complaints.append("name part must be no more than 63 bytes") }
        if !isWellFormed(parts[1]) { complaints.append("name part \(rule)") }
        return complaints.isEmpty ? nil : complaints.joined(separator: ", ")
    }

    private static func isWellFormed(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last) && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
