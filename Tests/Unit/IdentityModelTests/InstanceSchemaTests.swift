import IdentityModel
import Testing

@Suite struct InstanceSchemaTests {
    /// A path as its segments compare on the wire: ordinal by bytes, `extended` after everything.
    private static func key(_ path: String) -> [[UInt8]] {
        let segments = path.split(separator: ".").map { Array($0.utf8).filter { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]") } }
        return (path.hasPrefix("extended.") ? [Array("~".utf8)] : []) + segments
    }

    @Test("rows stand in the order of the wire, no path twice, compute before network before extended")
    func order() {
        let paths = InstanceSchema.properties.map(\.path)
        let sorted = paths.sorted { left, right in
            Self.key(left).lexicographicallyPrecedes(Self.key(right)) { $0.lexicographicallyPrecedes($1) }
        }
        #expect(paths == sorted)
        #expect(Set(paths).count == paths.count)
        #expect(paths.count > 90)
    }

    @Test("a list has a row of its own before its members, and only a list ends with brackets")
    func lists() {
        let lists = Set(InstanceSchema.properties.filter { $0.kind == .list }.map(\.path))
        for row in InstanceSchema.properties {
            #expect((row.kind == .list) == row.path.hasSuffix("[]"), "\(row.path)")
            var prefix = ""
            for segment in row.path.split(separator: ".") {
                prefix += (prefix.isEmpty ? "" : ".") + segment
                if segment.hasSuffix("[]") { #expect(lists.contains(prefix), "\(row.path) is in \(prefix), which has no row") }
            }
        }
    }

    @Test("no member is older than the list it is in")
    func ages() {
        for list in InstanceSchema.properties where list.kind == .list {
            for member in InstanceSchema.properties where member.path.hasPrefix(list.path + ".") {
                #expect(member.since >= list.since, "\(member.path)")
            }
        }
    }

    @Test("a text that stands there by default is of the property's kind")
    func defaults() throws {
        let tree = try document("{}")
        for row in InstanceSchema.properties where !row.path.contains("[]") {
            guard let text = tree.leaf(row.path.replacing(".", with: "/")), !text.isEmpty else { continue }
            switch row.kind {
            case .flag: #expect(text == "true" || text == "false", "\(row.path)")
            case .count: #expect(Int(text) != nil, "\(row.path)")
            default: break
            }
        }
    }

    @Test("a bare node has every property but those too new to be known well, which it has when given")
    func complete() throws {
        let tree = try document("{}")
        for row in InstanceSchema.properties where !row.path.contains("[]") {
            let path = row.path.replacing(".", with: "/")
            guard case .absent = row.fallback else {
                #expect(tree.part(path) != nil, "\(row.path)")
                continue
            }
            #expect(tree.part(path) == nil, "\(row.path)")
        }
        let given = try document("{compute: {systemFaultDomain: 2, storageProfile: {osDisk: {diffDiskSettings: {placement: NvmeDisk}}}}}")
        #expect(given.leaf("compute/systemFaultDomain") == "2")
        #expect(given.leaf("compute/storageProfile/osDisk/diffDiskSettings/placement") == "NvmeDisk")
        #expect(given.part("compute/storageProfile/osDisk/diffDiskSettings/enableFullCaching") == nil)
    }
}
