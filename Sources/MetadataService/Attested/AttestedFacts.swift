import IdentityModel

/// What an attested document says of the machine: texts of its instance document, empty where that has none.
struct AttestedFacts: Hashable, Sendable {
    /// The marketplace plan the image was bought under.
    struct Plan: Hashable, Sendable {
        var name = ""
        var product = ""
        var publisher = ""
    }

    var vmID = ""
    var subscriptionID = ""
    var sku = ""
    var plan = Plan()
    var licenseType = ""
}

extension AttestedFacts {
    /// What a machine's instance document says.
    init(of instance: InstanceDocument) {
        self.init(
            vmID: instance.text("compute.vmId"), subscriptionID: instance.text("compute.subscriptionId"), sku: instance.text("compute.sku"),
            plan: Plan(
                name: instance.text("compute.plan.name"), product: instance.text("compute.plan.product"),
                publisher: instance.text("compute.plan.publisher")), licenseType: instance.text("compute.licenseType"))
    }
}
