import IdentityModel
import Testing
import WireFormats

@Suite struct CapturedInstanceTests {
    private func tree(_ json: String) throws -> InstanceTree {
        try InstanceDocument(capture: try JSONValue(parsing: Array(json.utf8))).tree
    }

    /// The names at a path that a version shows.
    private func names(_ tree: InstanceTree, _ path: String, at version: String) -> [String] {
        guard case .object(let members)? = tree.part(path) else { return [] }
        return members.filter { $0.since <= version }.map(\.name)
    }

    /// A capture at 2019-06-01, with a member that no schema knows and in the order some tool left it.
    private static let old =
        #"{"network":{"interface":[]},"compute":{"zone":"2","location":"eastus","strange":{"b":"1","a":"2"},"storageProfile":"#
        + #"{"dataDisks":[{"lun":"0"}],"imageReference":{"id":""}}}}"#

    @Test("its own members stay as they were, ordered as on the wire")
    func own() throws {
        let tree = try tree(Self.old)
        #expect(tree.leaf("compute/location") == "eastus" && tree.leaf("compute/zone") == "2")
        #expect(tree.leaf("compute/storageProfile/dataDisks/0/lun") == "0")
        #expect(names(tree, "compute", at: "2019-06-01") == ["location", "storageProfile", "strange", "zone"])
        #expect(names(tree, "compute/strange", at: "2019-06-01") == ["a", "b"])
    }

    @Test("an older version has less of it; what no schema knows is in every version")
    func older() throws {
        let tree = try tree(Self.old)
        #expect(names(tree, "compute", at: "2017-12-01") == ["location", "strange", "zone"])
        #expect(names(tree, "compute", at: "2017-04-02") == ["location", "strange"])
    }

    @Test("a newer version has what came since, empty; what the capture lacked otherwise stays away")
    func newer() throws {
        let tree = try tree(Self.old)
        #expect(
            names(tree, "compute", at: "2020-06-01") == [
                "isHostCompatibilityLayerVm", "location", "securityProfile", "storageProfile", "strange", "tagsList", "zone",
            ])
        #expect(tree.part("compute/tagsList") == .list([]))
        #expect(tree.leaf("compute/securityProfile/secureBootEnabled") == "")
        #expect(tree.leaf("compute/storageProfile/dataDisks/0/isUltraDisk") == "")
        #expect(tree.part("compute/storageProfile/osDisk/encryptionSettings/enabled") == nil)
        #expect(tree.part("compute/name") == nil && tree.part("compute/interconnectGroupId") == nil)
        #expect(tree.part("extended/compute/hasCustomData") == .boolean(false))
        #expect(names(tree, "", at: "2021-03-01") == ["compute", "network", "extended"])
    }

    @Test("a boolean of the capture stays one")
    func boolean() throws {
        let tree = try tree(#"{"compute":{"location":"eastus"},"extended":{"compute":{"hasCustomData":true,"ppsType":"None"}}}"#)
        #expect(tree.part("extended/compute/hasCustomData") == .boolean(true))
    }

    @Test(
        "what is no instance document is refused with its place",
        arguments: [
            (
                "[]",
                "the document: found something else; allowed: the whole answer of /metadata/instance, an object with the members compute and network"
            ),
            (
                #"{"vmId":"x","location":"eastus"}"#,
                "compute: found its content alone; allowed: the whole answer of /metadata/instance, an object with the members compute and network"
            ),
            (
                #"{"compute":{"platformFaultDomain":0}}"#,
                "compute.platformFaultDomain: found 0; allowed: a string, list or object; the service writes numbers as strings"
            ),
            (
                #"{"compute":{"publicKeys":[{"keyData":"k"},{"keyData":null}]}}"#,
                "compute.publicKeys[1].keyData: found null; allowed: a string, list or object; the service writes numbers as strings"
            ),
        ])
    func refused(json: String, problem: String) throws {
        let capture = try JSONValue(parsing: Array(json.utf8))
        let error = #expect(throws: CapturedInstanceError.self) { try InstanceDocument(capture: capture) }
        #expect(error?.description == problem)
    }

    @Test("a document tells what it follows from, so that it is made anew only when that changes")
    func follows() throws {
        guard case .node(let node) = try readOne(ours("Node", "spec: {}")),
            case .node(let other) = try readOne(ours("Node", "spec: {}", name: "other"))
        else { throw WrongKind() }
        func origin(_ node: Node, _ cloud: Cloud, _ kubelet: String? = nil) -> InstanceDocument.Origin {
            InstanceDocument.Origin(node: node, cloud: cloud, kubeletClientID: kubelet)
        }
        let made = InstanceDocument(origin(node, .public))
        #expect(made.origin == origin(node, .public))
        #expect(made.origin != origin(other, .public) && made.origin != origin(node, .china) && made.origin != origin(node, .public, "k"))
        #expect(InstanceDocument(captured: made.tree).origin == nil)
        #expect(made.text("compute.location") == made.tree.text(at: "compute.location"))
        #expect(InstanceDocument(captured: made.tree).text("compute.nothing") == "")
    }
}
