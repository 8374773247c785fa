import IdentityModel
import Testing

@Suite struct InstanceReadingTests {
    /// Each stands on its own: a specification and its problem, word for word after the object's name.
    @Test(
        "what may not stand in an instance document is refused with its place, what was found and what is allowed",
        arguments: [
            (
                "{compute: {vmsize: Standard_B1s}}",
                "spec.compute.vmsize: found an unknown field; allowed: additionalCapabilities, azEnvironment, customData, evictionPolicy, "
                    + "extendedLocation, host, hostGroup, interconnectGroupId, interconnectSubgroupId, isHostCompatibilityLayerVm, "
                    + "isVmInStandbyPool, licenseType, location, name, offer, osProfile, osType, physicalZone, placementGroupId, plan, "
                    + "platformFaultDomain, platformSubFaultDomain, platformUpdateDomain, priority, provider, publicKeys, publisher, "
                    + "resourceGroupName, resourceId, securityProfile, sku, storageProfile, subscriptionId, systemFaultDomain, tags, "
                    + "tagsList, userData, version, virtualMachineScaleSet, vmId, vmScaleSetName, vmSize, zone"
            ),
            ("{compute: {name: [a]}}", "spec.compute.name: found a list; allowed: a string"),
            ("{compute: {osProfile: root}}", "spec.compute.osProfile: found \"root\"; allowed: a mapping"),
            (
                "{compute: {securityProfile: {secureBootEnabled: yes please}}}",
                "spec.compute.securityProfile.secureBootEnabled: found \"yes please\"; allowed: true, false or an empty string"
            ),
            ("{compute: {zone: north}}", "spec.compute.zone: found \"north\"; allowed: a whole number or an empty string"),
            ("{compute: {zone: 1.5}}", "spec.compute.zone: found 1.5; allowed: a whole number or an empty string"),
            ("{compute: {zone: -1}}", "spec.compute.zone: found -1; allowed: a whole number or an empty string"),
            ("{compute: {userData: 'no!'}}", "spec.compute.userData: found \"no!\"; allowed: base64 or an empty string"),
            ("{compute: {publicKeys: k}}", "spec.compute.publicKeys: found \"k\"; allowed: a list"),
            (
                "{compute: {publicKeys: [{keyData: k}, {keydata: k}]}}",
                "spec.compute.publicKeys[1].keydata: found an unknown field; allowed: keyData, path"
            ),
            (
                "{network: {interface: [{macAddress: 00-0d-3a}]}}",
                "spec.network.interface[0].macAddress: found \"00-0d-3a\"; allowed: twelve hexadecimal digits, with or without separators"
            ),
            (
                "{network: {interface: [{}, {ipv4: {ipAddress: [{privateIpAddress: 10.0.0.256}]}}]}}",
                "spec.network.interface[1].ipv4.ipAddress[0].privateIpAddress: found \"10.0.0.256\"; allowed: an IPv4 address or an empty string"
            ),
            (
                "{network: {interface: [{ipv6: {ipAddress: [{privateIpAddress: 10.0.0.1}]}}]}}",
                "spec.network.interface[0].ipv6.ipAddress[0].privateIpAddress: found \"10.0.0.1\"; allowed: an IPv6 address or an empty string"
            ),
            (
                "{network: {interface: [{ipv6: {subnet: []}}]}}",
                "spec.network.interface[0].ipv6.subnet: found an unknown field; allowed: ipAddress"
            ),
            ("{network: {publicIpSku: standard}}", "spec.network.publicIpSku: found \"standard\"; allowed: Basic, Standard"),
            (
                "{network: {interfaces: []}}", "spec.network.interfaces: found an unknown field; allowed: interface, publicIpSku"
            ),
            (
                "{extended: {compute: {hasCustomData: ''}}}",
                "spec.extended.compute.hasCustomData: found \"\"; allowed: true or false"
            ),
            ("{scaleSet: {name: a/b}}", "spec.scaleSet.name: found \"a/b\"; allowed: the name of a scale set"),
            ("{scaleSet: {instance: -1}}", "spec.scaleSet.instance: found -1; allowed: a whole number from 0 to 2147483647"),
            ("{tags: {a: 1}}", "spec.tags.a: found 1; allowed: a string"),
            ("{userData: 5}", "spec.userData: found 5; allowed: a string"),
            (
                "{loadBalancer: {inboundRules: [{frontendIpAddress: 20.1.2.3, privateIpAddress: 10.0.0.4, frontendPort: 70000}]}}",
                "spec.loadBalancer.inboundRules[0].frontendPort: found 70000; allowed: a whole number from 0 to 65535"
            ),
            (
                "{loadBalancer: {publicIpAddresses: [{frontendIpAddress: nowhere, privateIpAddress: 10.0.0.4}]}}",
                "spec.loadBalancer.publicIpAddresses[0].frontendIpAddress: found \"nowhere\"; allowed: an IPv4 or IPv6 address"
            ),
        ])
    func refused(spec: String, problem: String) throws {
        #expect(try problems("Node", "spec: \(spec)") == ["world.yaml document 1 line 4: Node x: \(problem)"])
    }

    @Test("an address pair without one of its sides is told which")
    func halfAPair() throws {
        #expect(
            try problems("Node", "spec: {loadBalancer: {outboundRules: [{frontendIpAddress: 20.1.2.3}]}}") == [
                "world.yaml document 1: Node x: spec.loadBalancer.outboundRules[0].privateIpAddress: found nothing; allowed: an IPv4 or IPv6 address"
            ])
    }

    @Test(
        "numbers and booleans may be written as such, addresses of machines in any form; the wire has text",
        arguments: [
            ("{compute: {platformFaultDomain: 2}}", "compute/platformFaultDomain", "2"),
            ("{compute: {platformFaultDomain: '2'}}", "compute/platformFaultDomain", "2"),
            ("{compute: {zone: ''}}", "compute/zone", ""),
            ("{compute: {securityProfile: {encryptionAtHost: true}}}", "compute/securityProfile/encryptionAtHost", "true"),
            ("{compute: {securityProfile: {encryptionAtHost: ''}}}", "compute/securityProfile/encryptionAtHost", ""),
            ("{network: {interface: [{macAddress: '00:0d:3a:f8:06:ec'}]}}", "network/interface/0/macAddress", "000D3AF806EC"),
            ("{network: {interface: [{macAddress: 00-0D-3A-F8-06-EC}]}}", "network/interface/0/macAddress", "000D3AF806EC"),
            ("{compute: {location: SwedenCentral}}", "compute/location", "SwedenCentral"),
            ("{userData: \"hello\\n\"}", "compute/userData", "aGVsbG8K"),
            ("{compute: {userData: aGVsbG8K}}", "compute/userData", "aGVsbG8K"),
            ("{extended: {compute: {ppsType: Running}}}", "extended/compute/ppsType", "Running"),
        ])
    func accepted(spec: String, path: String, text: String) throws {
        #expect(try document(spec).leaf(path) == text)
    }

    @Test(
        "custom data that is given is never shown, but that there is some, unless that is denied",
        arguments: [
            ("{compute: {customData: aGk=}}", true), ("{compute: {customData: ''}}", false), ("{}", false),
            ("{compute: {customData: aGk=}, extended: {compute: {hasCustomData: false}}}", false),
            ("{extended: {compute: {hasCustomData: true}}}", true),
        ])
    func customData(spec: String, isThere: Bool) throws {
        let tree = try document(spec)
        #expect(tree.leaf("compute/customData") == "")
        #expect(tree.part("extended/compute/hasCustomData") == .boolean(isThere))
        #expect(tree.leaf("extended/compute/ppsType") == "None")
    }

    @Test("a public address of the Standard SKU is kept out of the document, with the private one it belongs to")
    func standardAddresses() throws {
        let interfaces =
            "interface: [{ipv4: {ipAddress: [{privateIpAddress: 10.0.0.4}, {publicIpAddress: 20.1.2.3}]}}, {ipv4: {ipAddress: [{publicIpAddress: 20.1.2.4}]}}]"
        guard case .node(let standard) = try readOne(ours("Node", "spec: {network: {publicIpSku: Standard, \(interfaces)}}")),
            case .node(let basic) = try readOne(ours("Node", "spec: {network: {\(interfaces)}}"))
        else { throw WrongKind() }
        #expect(standard.standardAddresses.map { "\($0.interface) \($0.address) \($0.frontend)" } == ["0 1 20.1.2.3", "1 0 20.1.2.4"])
        #expect(basic.standardAddresses.isEmpty)
        for (node, text) in [(standard, ""), (basic, "20.1.2.3")] {
            let tree = InstanceDocument(InstanceDocument.Origin(node: node, cloud: .public, kubeletClientID: nil)).tree
            #expect(tree.leaf("network/interface/0/ipv4/ipAddress/1/publicIpAddress") == text)
            #expect(tree.leaf("network/interface/0/ipv4/ipAddress/0/publicIpAddress") == "")
        }
    }
}
