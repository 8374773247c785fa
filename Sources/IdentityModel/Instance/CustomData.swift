/// Custom data, which the service shows no more: since 2020 `compute.customData` is empty whatever the machine was made with, and only
/// provisioning agents learn that there is some (source: imds.md §3.1, §2.1).
enum CustomData {
    /// What is given, with custom data turned into the mark that there is some.
    static func withdrawn(from given: InstanceGiven) -> InstanceGiven {
        guard let data = given.text(at: "compute.customData"), !data.isEmpty, case .object(var root) = given,
            case .object(var compute)? = root["compute"]
        else { return given }
        compute["customData"] = .text("")
        root["compute"] = .object(compute)
        var extended: [String: InstanceGiven] = [:]
        if case .object(let members)? = root["extended"]?["compute"] { extended = members }
        if extended["hasCustomData"] == nil { extended["hasCustomData"] = .text("true") }
        root["extended"] = .object(["compute": .object(extended)])
        return .object(root)
    }
}
