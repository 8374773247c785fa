/// Every property of `/metadata/instance`: the one table from which the tree, the checks of a manifest and the documentation are made
/// (source: imds.md §3).
public enum InstanceSchema {
    /// All rows, in the order of the wire: ordinal by name, `extended` last.
    public static let properties: [InstanceProperty] = compute + storage + network + extended

    /// The tree of all rows.
    static let root = InstanceSchemaNode(properties)

    private static let compute: [InstanceProperty] = [
        .init("compute.additionalCapabilities.hibernationEnabled", .flag, since: "2021-11-01", .text("false")),
        .init("compute.azEnvironment", since: "2018-10-01", .derived("the tenant's cloud") { $0.facts.cloud }),
        // Withdrawn in 2020: always empty since, whatever the machine was made with.
        .init("compute.customData", since: "2019-02-01"),
        .init("compute.evictionPolicy", since: "2020-12-01"),
        .init("compute.extendedLocation.name", since: "2021-03-01"),
        .init("compute.extendedLocation.type", since: "2021-03-01"),
        .init("compute.host.id", since: "2021-11-15"),
        .init("compute.hostGroup.id", since: "2021-11-15"),
        .init("compute.interconnectGroupId", since: undated, .absent),
        .init("compute.interconnectSubgroupId", since: undated, .absent),
        .init("compute.isHostCompatibilityLayerVm", .flag, since: "2020-06-01", .text("false")),
        // Undocumented: a capture of 2025 that has it lies between 2023-07-01 and 2023-11-15.
        .init("compute.isVmInStandbyPool", .flag, since: "2023-07-01"),
        .init("compute.licenseType", since: "2020-09-01"),
        .init("compute.location", since: "2017-04-02", .text("westeurope")),
        .init("compute.name", since: "2017-04-02", .derived("the node's name, or scale set and instance") { $0.facts.machineName }),
        .init("compute.offer", since: "2017-04-02", .derived(image) { $0.isAKS ? "" : "0001-com-ubuntu-server-jammy" }),
        .init("compute.osProfile.adminUsername", since: "2020-07-15", .text("azureuser")),
        .init("compute.osProfile.computerName", since: "2020-07-15", .derived("the host's name") { $0.facts.computerName }),
        .init("compute.osProfile.disablePasswordAuthentication", .flag, since: "2020-10-01", .text("true")),
        .init("compute.osType", since: "2017-04-02", .text("Linux")),
        .init("compute.physicalZone", since: "2023-11-15", .derived("location and zone") { $0.physicalZone }),
        .init("compute.placementGroupId", .guid, since: "2017-08-01", .derived("derived for a uniform set") { $0.facts.placementGroup }),
        .init("compute.plan.name", since: "2018-04-02"),
        .init("compute.plan.product", since: "2018-04-02"),
        .init("compute.plan.publisher", since: "2018-04-02"),
        .init("compute.platformFaultDomain", .count, since: "2017-04-02", .text("0")),
        .init("compute.platformSubFaultDomain", .count, since: "2021-10-01"),
        .init("compute.platformUpdateDomain", .count, since: "2017-04-02", .text("0")),
        .init("compute.priority", since: "2020-12-01"),
        .init("compute.provider", since: "2018-10-01", .text("Microsoft.Compute")),
        .init("compute.publicKeys[]", .list, since: "2018-04-02", .elements("none") { _ in [] }),
        .init("compute.publicKeys[].keyData", since: "2018-04-02"),
        .init(
            "compute.publicKeys[].path", since: "2018-04-02",
            .derived("the administrator's") { "/home/\($0["compute.osProfile.adminUsername"])/.ssh/authorized_keys" }),
        .init("compute.publisher", since: "2017-04-02", .derived(image) { $0.isAKS ? "" : "canonical" }),
        .init("compute.resourceGroupName", since: "2017-08-01", .derived("the node's group") { $0.facts.resourceGroup }),
        .init("compute.resourceId", since: "2019-03-11", .derived("subscription, group and name") { $0.resourceID }),
        .init("compute.securityProfile.encryptionAtHost", .flag, since: "2021-11-01", .text("false")),
        .init("compute.securityProfile.secureBootEnabled", .flag, since: "2020-06-01", .derived(trusted) { $0.isAKS ? "false" : "true" }),
        .init("compute.securityProfile.securityType", since: "2021-12-13", .derived(trusted) { $0.isAKS ? "" : "TrustedLaunch" }),
        .init("compute.securityProfile.virtualTpmEnabled", .flag, since: "2020-06-01", .derived(trusted) { $0.isAKS ? "false" : "true" }),
        .init("compute.sku", since: "2017-04-02", .derived(image) { $0.isAKS ? "" : "22_04-lts-gen2" }),
    ]

    private static let storage: [InstanceProperty] = [
        .init("compute.storageProfile.dataDisks[]", .list, since: "2019-06-01", .elements("none") { _ in [] }),
        .init("compute.storageProfile.dataDisks[].bytesPerSecondThrottle", .count, since: "2021-05-01"),
        .init("compute.storageProfile.dataDisks[].caching", since: "2019-06-01", .text("None")),
        .init("compute.storageProfile.dataDisks[].createOption", since: "2019-06-01", .text("Attach")),
        .init(
            "compute.storageProfile.dataDisks[].diskCapacityBytes", .count, since: "2021-05-01",
            .derived("the size in bytes") { $0.diskCapacityBytes }),
        .init("compute.storageProfile.dataDisks[].diskSizeGB", .count, since: "2019-06-01", .text("64")),
        .init("compute.storageProfile.dataDisks[].image.uri", since: "2019-06-01"),
        .init("compute.storageProfile.dataDisks[].isSharedDisk", .flag, since: "2021-05-01", .text("false")),
        .init("compute.storageProfile.dataDisks[].isUltraDisk", .flag, since: "2021-05-01", .text("false")),
        .init("compute.storageProfile.dataDisks[].lun", .count, since: "2019-06-01", .derived("its place in the list") { "\($0.index)" }),
        .init(
            "compute.storageProfile.dataDisks[].managedDisk.id", since: "2019-06-01",
            .derived("its name") { $0.diskID($0["compute.storageProfile.dataDisks[].name"]) }),
        .init("compute.storageProfile.dataDisks[].managedDisk.storageAccountType", since: "2019-06-01", .text("Premium_LRS")),
        .init(
            "compute.storageProfile.dataDisks[].name", since: "2019-06-01",
            .derived("the machine's name and its place") { "\($0["compute.name"])_DataDisk_\($0.index)" }),
        .init("compute.storageProfile.dataDisks[].opsPerSecondThrottle", .count, since: "2021-05-01"),
        .init("compute.storageProfile.dataDisks[].vhd.uri", since: "2019-06-01"),
        .init("compute.storageProfile.dataDisks[].writeAcceleratorEnabled", .flag, since: "2019-06-01", .text("false")),
        .init("compute.storageProfile.imageReference.communityGalleryImageId", since: "2023-07-01"),
        .init(
            "compute.storageProfile.imageReference.exactVersion", since: "2023-07-01",
            .derived("compute.version") { $0["compute.version"] }),
        .init(
            "compute.storageProfile.imageReference.id", since: "2019-06-01",
            .derived("AKS's image on a node of AKS") { $0.isAKS ? $0.aksImage : "" }),
        .init("compute.storageProfile.imageReference.offer", since: "2019-06-01", .derived("compute.offer") { $0["compute.offer"] }),
        .init(
            "compute.storageProfile.imageReference.publisher", since: "2019-06-01",
            .derived("compute.publisher") { $0["compute.publisher"] }),
        .init("compute.storageProfile.imageReference.sharedGalleryImageId", since: "2023-07-01"),
        .init("compute.storageProfile.imageReference.sku", since: "2019-06-01", .derived("compute.sku") { $0["compute.sku"] }),
        .init(
            "compute.storageProfile.imageReference.version", since: "2019-06-01",
            .derived("latest where there is an image of the market") { $0["compute.version"].isEmpty ? "" : "latest" }),
        .init("compute.storageProfile.osDisk.caching", since: "2019-06-01", .derived(shape) { $0.isAKS ? "ReadOnly" : "ReadWrite" }),
        .init("compute.storageProfile.osDisk.createOption", since: "2019-06-01", .text("FromImage")),
        .init("compute.storageProfile.osDisk.diffDiskSettings.enableFullCaching", .flag, since: undated, .absent),
        .init("compute.storageProfile.osDisk.diffDiskSettings.option", since: "2019-06-01"),
        .init("compute.storageProfile.osDisk.diffDiskSettings.placement", since: undated, .absent),
        .init("compute.storageProfile.osDisk.diskSizeGB", .count, since: "2019-06-01", .derived(shape) { $0.isAKS ? "128" : "30" }),
        .init("compute.storageProfile.osDisk.encryptionSettings.diskEncryptionKey.secretUrl", since: "2021-11-01"),
        .init("compute.storageProfile.osDisk.encryptionSettings.diskEncryptionKey.sourceVault.id", since: "2021-11-01"),
        .init("compute.storageProfile.osDisk.encryptionSettings.enabled", .flag, since: "2019-06-01", .text("false")),
        .init("compute.storageProfile.osDisk.encryptionSettings.keyEncryptionKey.keyUrl", since: "2021-11-01"),
        .init("compute.storageProfile.osDisk.encryptionSettings.keyEncryptionKey.sourceVault.id", since: "2021-11-01"),
        .init("compute.storageProfile.osDisk.image.uri", since: "2019-06-01"),
        .init(
            "compute.storageProfile.osDisk.managedDisk.id", since: "2019-06-01",
            .derived("its name") { $0.diskID($0["compute.storageProfile.osDisk.name"]) }),
        .init("compute.storageProfile.osDisk.managedDisk.storageAccountType", since: "2019-06-01", .text("Premium_LRS")),
        .init("compute.storageProfile.osDisk.name", since: "2019-06-01", .derived("the machine's name") { $0.osDiskName }),
        .init("compute.storageProfile.osDisk.osType", since: "2019-06-01", .derived("compute.osType") { $0["compute.osType"] }),
        .init("compute.storageProfile.osDisk.vhd.uri", since: "2019-06-01"),
        .init("compute.storageProfile.osDisk.writeAcceleratorEnabled", .flag, since: "2019-06-01", .text("false")),
        .init(
            "compute.storageProfile.resourceDisk.size", .count, since: "2021-02-01", .derived(shape) { $0.isAKS ? "50688" : "76800" }),
        .init("compute.subscriptionId", .guid, since: "2017-08-01", .derived("the node's subscription") { $0.facts.subscription }),
        .init("compute.systemFaultDomain", .count, since: undated, .absent),
        .init("compute.tags", since: "2017-08-01", .derived("tagsList as k:v;k2:v2") { InstanceTags.text($0.tags) }),
        .init("compute.tagsList[]", .list, since: "2019-06-04", .elements("the node's tags by name") { $0.tagElements }),
        .init("compute.tagsList[].name", since: "2019-06-04"),
        .init("compute.tagsList[].value", since: "2019-06-04"),
        .init("compute.userData", .base64, since: "2021-01-01", .derived("the node's userData in base64") { $0.facts.userData }),
        .init("compute.version", since: "2017-04-02", .derived(image) { $0.isAKS ? "" : "22.04.202510020" }),
        .init(
            "compute.virtualMachineScaleSet.id", since: "2021-03-01",
            .derived("the set of a flexible instance") { $0.flexibleSetID }),
        .init("compute.vmId", .guid, since: "2017-04-02", .derived("derived from the name") { $0.facts.vmID }),
        .init("compute.vmScaleSetName", since: "2017-12-01", .derived("the set of a uniform instance") { $0.facts.uniformSet }),
        .init("compute.vmSize", since: "2017-04-02", .text("Standard_D2ds_v5")),
        .init("compute.zone", .count, since: "2017-12-01", .derived(shape) { $0.isAKS ? "" : "1" }),
    ]

    private static let network: [InstanceProperty] = [
        .init("network.interface[]", .list, since: "2017-04-02", .elements("one") { _ in [.object([:])] }),
        .init("network.interface[].interfaceCompartmentId", since: undated, .absent),
        .init("network.interface[].interfaceCompartmentVersion", since: undated, .absent),
        .init("network.interface[].ipv4.ipAddress[]", .list, since: "2017-04-02", .elements("one") { _ in [.object([:])] }),
        .init(
            "network.interface[].ipv4.ipAddress[].privateIpAddress", .ipv4, since: "2017-04-02",
            .derived("the next one of the subnet") { $0.privateAddress }),
        .init("network.interface[].ipv4.ipAddress[].publicIpAddress", .ipv4, since: "2017-04-02"),
        .init("network.interface[].ipv4.subnet[]", .list, since: "2017-04-02", .elements("one") { _ in [.object([:])] }),
        .init(
            "network.interface[].ipv4.subnet[].address", .ipv4, since: "2017-04-02",
            .derived("the first address's, by the prefix") { $0.subnetAddress }),
        .init("network.interface[].ipv4.subnet[].prefix", .count, since: "2017-04-02", .derived(shape) { $0.isAKS ? "16" : "24" }),
        .init("network.interface[].ipv6.ipAddress[]", .list, since: "2017-04-02", .elements("none") { _ in [] }),
        .init("network.interface[].ipv6.ipAddress[].privateIpAddress", .ipv6, since: "2017-04-02"),
        .init("network.interface[].macAddress", .mac, since: "2017-04-02", .derived("derived from the name") { $0.macAddress }),
    ]

    /// What provisioning agents see with `extended=true`.
    private static let extended: [InstanceProperty] = [
        .init("extended.compute.hasCustomData", .wireBoolean, since: "2021-03-01", .text("false")),
        .init("extended.compute.ppsType", since: "2021-03-01", .text("None")),
    ]

    /// Seen by clients of 2025 and 2026 only, in no dated document: in the newest version, and only when the manifest gives it.
    private static let undated = "2025-04-07"
    private static let image = "Ubuntu 22.04; empty on a node of AKS, whose image is from a gallery"
    private static let trusted = "trusted launch; off on a node of AKS"
    private static let shape = "by the node's shape"
}
