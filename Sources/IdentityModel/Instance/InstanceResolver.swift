import WireFormats

/// Looks a property up: what the manifest gives, else the schema's default, which may look others up in turn.
public struct InstanceResolver: Sendable {
    let facts: InstanceFacts
    /// The place in each list on the way, outermost first.
    private var places: [Int] = []
    /// The element that is being made, and the path that leads to it: elements may come from a default as well as from the manifest.
    private var element: (path: String, given: InstanceGiven)?

    init(facts: InstanceFacts) { self.facts = facts }

    /// The text of the property at a path of the schema; lists on the way are entered at the places of this resolver.
    subscript(path: String) -> String {
        if let given = node(at: path)?.text { return given }
        return switch InstanceSchema.byPath[path]?.fallback {
        case .text(let text): text
        case .derived(_, let make): make(self)
        case .elements, .absent, nil: ""
        }
    }

    /// The elements of a list: the manifest's, else the default's.
    func elements(of row: InstanceProperty) -> [InstanceGiven] {
        if let given = node(at: String(row.path.dropLast("[]".count)))?.elements { return given }
        guard case .elements(_, let make) = row.fallback else { return [] }
        return make(self)
    }

    /// Whether a row has a place in the document: one too new to be known well has it only when it is given.
    func shows(_ node: InstanceSchemaNode) -> Bool {
        guard case .leaf(let row) = node, case .absent = row.fallback else { return true }
        return self.node(at: row.path) != nil
    }

    /// What is given at a path of the schema.
    private func node(at path: String) -> InstanceGiven? {
        if let element, path.hasPrefix(element.path + ".") {
            return walk(element.given, path.dropFirst(element.path.count + 1), [])
        }
        return walk(facts.given, path[...], places[...])
    }

    private func walk(_ root: InstanceGiven, _ path: Substring, _ places: ArraySlice<Int>) -> InstanceGiven? {
        var node: InstanceGiven? = root
        var places = places
        for segment in path.split(separator: ".") {
            guard segment.hasSuffix("[]") else {
                node = node?[String(segment)]
                continue
            }
            let elements = node?[String(segment.dropLast(2))]?.elements
            guard let place = places.popFirst() else { return nil }
            node = elements.flatMap { place < $0.count ? $0[place] : nil }
        }
        return node
    }

    /// The same, one step into a list.
    func inside(_ row: InstanceProperty, _ place: Int, _ given: InstanceGiven) -> InstanceResolver {
        var inner = self
        inner.places.append(place)
        inner.element = (row.path, given)
        return inner
    }

    /// The place in the innermost list.
    var index: Int { places.last ?? 0 }

    var isAKS: Bool { facts.shape == .aks }

    // MARK: What rows derive

    var physicalZone: String {
        let zone = self["compute.zone"]
        return zone.isEmpty ? "" : "\(self["compute.location"].lowercased())-az\(zone)"
    }

    /// The group everything of the machine is in, as an ARM id.
    private var group: String { "/subscriptions/\(self["compute.subscriptionId"])/resourceGroups/\(self["compute.resourceGroupName"])" }

    var resourceID: String {
        let compute = "\(group)/providers/Microsoft.Compute"
        guard !facts.uniformSet.isEmpty, let instance = facts.scaleSet?.instance else {
            return "\(compute)/virtualMachines/\(self["compute.name"])"
        }
        return "\(compute)/virtualMachineScaleSets/\(self["compute.vmScaleSetName"])/virtualMachines/\(instance)"
    }

    var flexibleSetID: String {
        guard facts.shape == .vmssFlexible, let set = facts.scaleSet else { return "" }
        return "\(group)/providers/Microsoft.Compute/virtualMachineScaleSets/\(set.set)"
    }

    func diskID(_ name: String) -> String { "\(group)/providers/Microsoft.Compute/disks/\(name)" }

    var osDiskName: String {
        let hex = Hexadecimal.encode(Array(GUID(derivedFrom: "\(facts.seed)/osDisk").bytes.prefix(6)))
        return facts.uniformSet.isEmpty
            ? "\(self["compute.name"])_OsDisk_1_\(hex)" : "\(facts.uniformSet)_\(facts.uniformSet)_OS__1_\(hex)"
    }

    /// The image of a node of AKS is in a gallery, and only its id is told (source: imds.md §3.4).
    var aksImage: String {
        "/subscriptions/109a5e88-712a-48ae-9078-9ca8b3c81345/resourceGroups/AKS-Ubuntu/providers/Microsoft.Compute/galleries/AKSUbuntu"
            + "/images/2204gen2containerd/versions/202510.03.0"
    }

    var diskCapacityBytes: String {
        let size = self["compute.storageProfile.dataDisks[].diskSizeGB"]
        return Int(size).map { "\($0 << 30)" } ?? ""
    }

    /// The tags: a list that is given, else a text that is given, else the node's.
    var tags: [InstanceTag] {
        if let list = facts.given["compute"]?["tagsList"]?.elements {
            return list.map { InstanceTag(name: $0["name"]?.text ?? "", value: $0["value"]?.text ?? "") }
        }
        return facts.given.text(at: "compute.tags").map(InstanceTags.parse) ?? facts.tags
    }

    var tagElements: [InstanceGiven] { tags.map { .object(["name": .text($0.name), "value": .text($0.value)]) } }

    // MARK: Network

    private static let addressPath = "network.interface[].ipv4.ipAddress[].privateIpAddress"

    /// Azure keeps the first four addresses of a subnet for itself; interfaces take the next ones, further addresses of one come later.
    var privateAddress: String {
        let base: UInt32 = isAKS ? 0x0ae0_0004 : 0x0a00_0004
        let interface = UInt32(clamping: places.first ?? 0)
        let further = UInt32(clamping: places.count > 1 ? places[1] : 0)
        return IPv4.text(base &+ interface &+ further &* 16)
    }

    /// The network part of the interface's first address.
    var subnetAddress: String {
        var first = InstanceResolver(facts: facts)
        first.places = [places.first ?? 0, 0]
        let text = first[Self.addressPath]
        guard let address = IPv4.parse(text), let prefix = Int(self["network.interface[].ipv4.subnet[].prefix"]), (0...32).contains(prefix)
        else { return "" }
        return IPv4.text(prefix == 0 ? 0 : address & (.max << UInt32(32 - prefix)))
    }

    /// An address of Microsoft's, with digits derived from the node's name.
    var macAddress: String {
        "000D3A" + Hexadecimal.encode(Array(GUID(derivedFrom: "\(facts.seed)/interface/\(index)").bytes.prefix(3))).uppercased()
    }
}

extension InstanceSchema {
    static let byPath = Dictionary(properties.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
}
