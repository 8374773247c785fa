import WireFormats

/// A scale set and which of its instances a machine is.
public struct ScaleSetInstance: Hashable, Sendable {
    /// The set's name.
    public let set: String
    /// The instance's number.
    public let instance: Int

    /// The host's name: the set's and six digits of base 36 (source: imds.md §3.4).
    var computerName: String {
        let digits = String(instance, radix: 36)
        return set + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    init(set: String, instance: Int) {
        self.set = set
        self.instance = instance
    }

    /// What the manifest says, else what a name in it tells, else derived; nil for a stand-alone VM.
    init?(node: Node, given: InstanceGiven, resource: ComputeResourceID?) {
        guard node.shape != .vm else { return nil }
        let named =
            [given.text(at: "compute.name"), given.text(at: "compute.osProfile.computerName"), node.name].lazy
            .compactMap { $0 }.compactMap { ScaleSetInstance(machine: $0) ?? ScaleSetInstance(host: $0) }.first
        let flexible = given.text(at: "compute.virtualMachineScaleSet.id").map(ResourceID.name)
        let numbered = Self.numbered(node.name)
        set =
            node.scaleSet?.name ?? given.text(at: "compute.vmScaleSetName") ?? flexible ?? resource?.set ?? named?.set
            ?? Self.derivedSet(of: numbered?.prefix ?? node.name, shape: node.shape)
        instance = node.scaleSet?.instance ?? resource?.instance ?? named?.instance ?? numbered?.number ?? 0
    }

    /// `SET_NUMBER`: how a uniform set names its machines.
    private init?(machine: String) {
        guard let bar = machine.lastIndex(of: "_"), bar != machine.startIndex, let number = Int(machine[machine.index(after: bar)...])
        else { return nil }
        self.init(set: String(machine[..<bar]), instance: number)
    }

    /// `…vmss` and six digits of base 36: how a uniform set names its hosts.
    init?(host: String) {
        guard host.count > 6, let number = Int(host.suffix(6), radix: 36) else { return nil }
        let set = String(host.dropLast(6))
        guard set.hasSuffix("vmss") else { return nil }
        self.init(set: set, instance: number)
    }

    /// A name that ends with a dash and a number.
    private static func numbered(_ name: String) -> (prefix: String, number: Int)? {
        guard let dash = name.lastIndex(of: "-"), dash != name.startIndex, let number = Int(name[name.index(after: dash)...]), number >= 0
        else { return nil }
        return (String(name[..<dash]), number)
    }

    /// AKS puts eight digits and `vmss` after the pool's name.
    private static func derivedSet(of name: String, shape: NodeShape) -> String {
        guard shape == .aks else { return name }
        let pool = name.hasPrefix("aks-") ? name : "aks-nodepool1"
        let digits = GUID(derivedFrom: "scale-set/\(pool)").bytes.prefix(8).map { "\($0 % 10)" }.joined()
        return "\(pool)-\(digits)-vmss"
    }
}

/// The parts of a machine's ARM id.
struct ComputeResourceID {
    let subscription: String
    let resourceGroup: String
    /// The machine's name; nil for an instance of a uniform set.
    let machine: String?
    let set: String?
    let instance: Int?

    /// Reads `/subscriptions/…/virtualMachines/NAME` and `…/virtualMachineScaleSets/SET/virtualMachines/N`; nil for any other text.
    init?(_ text: String) {
        let parts = text.split(separator: "/").map(String.init)
        func after(_ name: String) -> String? {
            guard let index = parts.firstIndex(where: { $0.lowercased() == name }), index + 1 < parts.count else { return nil }
            return parts[index + 1]
        }
        guard let subscription = after("subscriptions"), let group = after("resourcegroups"), let last = after("virtualmachines") else {
            return nil
        }
        self.subscription = subscription
        resourceGroup = group
        set = after("virtualmachinescalesets")
        machine = set == nil ? last : nil
        instance = set == nil ? nil : Int(last)
    }
}
