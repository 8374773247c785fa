import IdentityModel
import Testing

/// What a document says where its manifest is silent.
@Suite struct InstanceDefaultsTests {
    private static let group = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute"
    private static let home = "compute: {subscriptionId: s, resourceGroupName: g}"

    /// Each row: the node's name, what its manifest says, a path, and the text there.
    @Test(
        "names follow from the node's name, its shape, its scale set or its resource id",
        arguments: [
            ("vm-0", "{\(home)}", "compute/name", "vm-0"), ("vm-0", "{\(home)}", "compute/osProfile/computerName", "vm-0"),
            ("vm-0", "{\(home)}", "compute/resourceId", "\(group)/virtualMachines/vm-0"),
            ("vm-0", "{\(home)}", "compute/vmScaleSetName", ""), ("vm-0", "{\(home)}", "compute/virtualMachineScaleSet/id", ""),
            ("vm-0", "{\(home)}", "compute/placementGroupId", ""),
            ("vm-0", "{compute: {name: other}}", "compute/osProfile/computerName", "other"),
            ("vm-0", "{compute: {resourceId: '\(group)/virtualMachines/other'}}", "compute/name", "other"),
            ("vm-0", "{compute: {resourceId: '\(group)/virtualMachines/other'}}", "compute/subscriptionId", "s"),
            ("vm-0", "{compute: {resourceId: '\(group)/virtualMachines/other'}}", "compute/resourceGroupName", "g"),

            ("web-3", "{shape: vmss-flexible, \(home)}", "compute/name", "web-3"),
            ("web-3", "{shape: vmss-flexible, \(home)}", "compute/resourceId", "\(group)/virtualMachines/web-3"),
            ("web-3", "{shape: vmss-flexible, \(home)}", "compute/virtualMachineScaleSet/id", "\(group)/virtualMachineScaleSets/web"),
            ("web-3", "{shape: vmss-flexible, \(home)}", "compute/vmScaleSetName", ""),
            (
                "web-3", "{shape: vmss-flexible, scaleSet: {name: pool}, \(home)}", "compute/virtualMachineScaleSet/id",
                "\(group)/virtualMachineScaleSets/pool"
            ),

            ("web-3", "{shape: vmss-uniform, \(home)}", "compute/name", "web_3"),
            ("web-3", "{shape: vmss-uniform, \(home)}", "compute/vmScaleSetName", "web"),
            ("web-3", "{shape: vmss-uniform, \(home)}", "compute/virtualMachineScaleSet/id", ""),
            ("web-3", "{shape: vmss-uniform, \(home)}", "compute/osProfile/computerName", "web000003"),
            (
                "web-3", "{shape: vmss-uniform, \(home)}", "compute/resourceId",
                "\(group)/virtualMachineScaleSets/web/virtualMachines/3"
            ),
            ("web_41", "{shape: vmss-uniform}", "compute/osProfile/computerName", "web000015"),
            ("web_41", "{shape: vmss-uniform}", "compute/name", "web_41"),
            ("x", "{shape: vmss-uniform, scaleSet: {name: web, instance: 1296}}", "compute/osProfile/computerName", "web000100"),
            ("x", "{shape: vmss-uniform, scaleSet: {name: web, instance: 1296}}", "compute/name", "web_1296"),
            (
                "x", "{shape: vmss-uniform, compute: {resourceId: '\(group)/virtualMachineScaleSets/web/virtualMachines/7'}}",
                "compute/name", "web_7"
            ),

            ("vm-0", "{compute: {version: ''}}", "compute/storageProfile/imageReference/version", ""),
            ("vm-0", "{compute: {offer: o}}", "compute/storageProfile/imageReference/offer", "o"),
            ("vm-0", "{compute: {zone: 3, location: EastUS}}", "compute/physicalZone", "eastus-az3"),

            ("aks-nodepool1-22790412-vmss000000", "{shape: aks}", "compute/name", "aks-nodepool1-22790412-vmss_0"),
            ("aks-nodepool1-22790412-vmss00000b", "{shape: aks}", "compute/name", "aks-nodepool1-22790412-vmss_11"),
            ("aks-nodepool1-22790412-vmss_11", "{shape: aks}", "compute/osProfile/computerName", "aks-nodepool1-22790412-vmss00000b"),
            ("aks-nodepool1-22790412-vmss00000b", "{shape: aks}", "compute/vmScaleSetName", "aks-nodepool1-22790412-vmss"),
            ("aks-nodepool1-22790412-vmss000000", "{shape: aks, compute: {offer: o}}", "compute/storageProfile/imageReference/offer", "o"),
        ])
    func names(node: String, spec: String, path: String, text: String) throws {
        #expect(try document(spec, name: node).leaf(path) == text)
    }

    /// Each row: a path, and the texts for vm, vmss-flexible, vmss-uniform and aks.
    @Test(
        "what depends on the shape",
        arguments: [
            ("compute/offer", ["0001-com-ubuntu-server-jammy", "0001-com-ubuntu-server-jammy", "0001-com-ubuntu-server-jammy", ""]),
            ("compute/version", ["22.04.202510020", "22.04.202510020", "22.04.202510020", ""]),
            ("compute/storageProfile/imageReference/version", ["latest", "latest", "latest", ""]),
            ("compute/storageProfile/osDisk/caching", ["ReadWrite", "ReadWrite", "ReadWrite", "ReadOnly"]),
            ("compute/storageProfile/osDisk/diskSizeGB", ["30", "30", "30", "128"]),
            ("compute/storageProfile/resourceDisk/size", ["76800", "76800", "76800", "50688"]),
            ("compute/securityProfile/securityType", ["TrustedLaunch", "TrustedLaunch", "TrustedLaunch", ""]),
            ("compute/securityProfile/secureBootEnabled", ["true", "true", "true", "false"]),
            ("compute/zone", ["1", "1", "1", ""]), ("compute/physicalZone", ["westeurope-az1", "westeurope-az1", "westeurope-az1", ""]),
            ("network/interface/0/ipv4/subnet/0/prefix", ["24", "24", "24", "16"]),
            ("network/interface/0/ipv4/subnet/0/address", ["10.0.0.0", "10.0.0.0", "10.0.0.0", "10.224.0.0"]),
            ("network/interface/0/ipv4/ipAddress/0/privateIpAddress", ["10.0.0.4", "10.0.0.4", "10.0.0.4", "10.224.0.4"]),
        ])
    func shapes(path: String, texts: [String]) throws {
        let shapes = ["vm", "vmss-flexible", "vmss-uniform", "aks"]
        #expect(try shapes.map { try document("{shape: \($0)}").leaf(path) } == texts)
    }

    @Test("the tenant's cloud is the environment", arguments: [Cloud.public, .usGovernment, .china])
    func cloud(cloud: Cloud) throws {
        #expect(try document("{}", cloud: cloud).leaf("compute/azEnvironment") == cloud.rawValue)
    }

    @Test("two runs on one manifest agree; two nodes differ")
    func derived() throws {
        for path in ["compute/vmId", "compute/storageProfile/osDisk/name", "network/interface/0/macAddress"] {
            let first = try #require(try document("{}").leaf(path))
            #expect(!first.isEmpty)
            #expect(try document("{}").leaf(path) == first)
            #expect(try document("{}", name: "vm-1").leaf(path) != first)
        }
    }

    @Test("interfaces, addresses and disks that say little are completed one by one")
    func elements() throws {
        let tree = try document(
            """
            {compute: {name: m, subscriptionId: s, resourceGroupName: g, storageProfile: {dataDisks: [{diskSizeGB: 8}, {name: d, lun: 5}]},
             publicKeys: [{keyData: k}], osProfile: {adminUsername: me}},
             network: {interface: [{}, {ipv4: {ipAddress: [{}, {}, {privateIpAddress: 10.9.8.7}], subnet: [{prefix: 20}]}}]}}
            """)
        #expect(tree.leaf("compute/storageProfile/dataDisks/0/name") == "m_DataDisk_0")
        #expect(tree.leaf("compute/storageProfile/dataDisks/0/lun") == "0")
        #expect(tree.leaf("compute/storageProfile/dataDisks/0/diskCapacityBytes") == "8589934592")
        #expect(tree.leaf("compute/storageProfile/dataDisks/1/lun") == "5")
        #expect(tree.leaf("compute/storageProfile/dataDisks/1/managedDisk/id") == "\(Self.group)/disks/d")
        #expect(tree.leaf("compute/publicKeys/0/path") == "/home/me/.ssh/authorized_keys")
        #expect(tree.leaf("network/interface/0/ipv4/ipAddress/0/privateIpAddress") == "10.0.0.4")
        #expect(tree.leaf("network/interface/1/ipv4/ipAddress/0/privateIpAddress") == "10.0.0.5")
        #expect(tree.leaf("network/interface/1/ipv4/ipAddress/1/privateIpAddress") == "10.0.0.21")
        #expect(tree.leaf("network/interface/1/ipv4/ipAddress/2/privateIpAddress") == "10.9.8.7")
        #expect(tree.leaf("network/interface/1/ipv4/subnet/0/address") == "10.0.0.0")
        #expect(tree.part("network/interface/1/ipv6/ipAddress") == .list([]))
        let macs = [0, 1].compactMap { tree.leaf("network/interface/\($0)/macAddress") }
        #expect(macs.count == 2 && macs[0] != macs[1])
        #expect(macs.allSatisfy { $0.utf8.count == 12 && $0 == $0.uppercased() })
    }

    @Test(
        "the network part of an address",
        arguments: [("32", "10.1.2.3"), ("23", "10.1.2.0"), ("8", "10.0.0.0"), ("0", "0.0.0.0"), ("33", "")])
    func subnet(prefix: String, address: String) throws {
        let tree = try document(
            "{network: {interface: [{ipv4: {ipAddress: [{privateIpAddress: 10.1.2.3}], subnet: [{prefix: \(prefix)}]}}]}}")
        #expect(tree.leaf("network/interface/0/ipv4/subnet/0/address") == address)
    }
}
