import IdentityModel
import WireFormats

/// What token binding names a machine by: its id and, in a scale set, the set's (source: imds.md §6).
struct ComputeUnitID: Hashable, Sendable {
    let vmID: String
    /// nil on a machine outside scale sets, where the member is left out.
    let vmssID: String?

    /// `{"vmId":"…","vmssId":"…"}`.
    var document: JSONValue {
        .object([JSONMember("vmId", .string(vmID))] + (vmssID.map { [JSONMember("vmssId", .string($0))] } ?? []))
    }

    /// Whether a document says the same: spacing and order of members are free, as is the case of the ids, and a member of null is one left
    /// out.
    func isSaid(by document: JSONValue) -> Bool {
        guard case .object = document else { return false }
        func says(_ member: String, _ expected: String?) -> Bool {
            switch document[member] {
            case nil, .null: expected == nil
            case .string(let text): text.lowercased() == expected?.lowercased()
            default: false
            }
        }
        return says("vmId", vmID) && says("vmssId", vmssID)
    }
}

extension ComputeUnitID {
    /// What a machine's instance document says.
    ///
    /// Of a scale set the document tells the name or the ARM id, never its GUID, which is therefore derived from them.
    init(of instance: InstanceDocument) {
        vmID = instance.text("compute.vmId")
        let flexible = instance.text("compute.virtualMachineScaleSet.id")
        let uniform = instance.text("compute.vmScaleSetName")
        let place = "\(instance.text("compute.subscriptionId"))/\(instance.text("compute.resourceGroupName"))"
        let set = flexible.isEmpty ? (uniform.isEmpty ? nil : "\(place)/\(uniform)") : flexible
        vmssID = set.map { GUID(derivedFrom: "scale-set/\($0.lowercased())/vmssId").description }
    }
}
