/// The members of one mapping while it is being read: ordered, and each name once.
struct UniqueMembers {
    /// Up to here a scan of the list is quicker than hashing, and nearly every mapping of a manifest is this small.
    private static let scanned = 16
    private(set) var list: [ManifestMember] = []
    private var places: [String: Int] = [:]

    /// The place of the member called `name`.
    func place(of name: String) -> Int? {
        if list.count <= Self.scanned { return list.firstIndex { $0.name == name } }
        return places[name]
    }

    /// Adds a member whose name is new.
    mutating func append(_ member: ManifestMember) {
        list.append(member)
        if list.count == Self.scanned + 1 {
            for (place, member) in list.enumerated() { places[member.name] = place }
        } else if list.count > Self.scanned {
            places[member.name] = list.count - 1
        }
    }

    /// Puts a member in the place of one with the same name.
    mutating func replace(at place: Int, with member: ManifestMember) { list[place] = member }

    /// The error for a name that is given twice.
    static func complaint(name: String, first: Int, again: Complaint.Place, document: Int) -> Complaint {
        let lines = first == again.line ? "on line \(first)" : "on lines \(first) and \(again.line)"
        return Complaint(
            place: again, document: document, reason: "the name \"\(name)\" is given twice in one mapping, \(lines)",
            hint: "remove one of the two", isFinal: true)
    }
}
