import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite("Pods re-serialised")
struct RoundTripTests {
    @Test("name only types that are there, in a table that is read whole")
    func closure() {
        let types = TypeTable.pod.structures
        func target(_ shape: TypeTable.Shape) -> String? {
            switch shape {
            case .structure(let name): name
            case .list(let inner), .map(let inner), .pointer(let inner): target(inner)
            default: nil
            }
        }
        for (name, fields) in types {
            #expect(!fields.isEmpty, "\(name)")
            #expect(Set(fields.map(\.name)).count == fields.count, "\(name)")
            for field in fields { #expect(target(field.shape).map { types[$0] != nil } ?? true, "\(name).\(field.name)") }
        }
        let entries = PodTypes.table.split(whereSeparator: { $0 == "," || $0 == "\n" }).count
        let inherited = ["EphemeralContainer": "Container", "Probe": "Handler"].values.map { types[$0]?.count ?? 0 }.reduce(0, +)
        #expect(types.values.map(\.count).reduce(0, +) == entries - 2 + inherited)
    }

    @Test(
        "lose zero values and unknown fields, and gain what is always written",
        arguments: [
            (
                #"{"spec":{"containers":[{"name":"a"}]}}"#,
                #"{"spec":{"containers":[{"name":"a","resources":{}}]},"metadata":{},"status":{}}"#
            ),
            (
                #"{"metadata":{"name":"","labels":{},"creationTimestamp":null,"x":1},"spec":{"containers":[],"volumes":[]},"status":{}}"#,
                #"{"metadata":{},"spec":{"containers":[]},"status":{}}"#
            ),
            (#"{"metadata":{},"spec":null}"#, #"{"metadata":{},"spec":{"containers":null},"status":{}}"#),
            (
                #"{"metadata":{"annotations":{"a":null}},"spec":{"containers":null,"securityContext":{},"priority":0,"hostNetwork":false}}"#,
                #"{"metadata":{"annotations":{"a":""}},"spec":{"containers":null,"securityContext":{},"priority":0},"status":{}}"#
            ),
            (
                #"{"metadata":{},"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":0.5,"memory":"1024Mi"}},"securityContext":{"runAsNonRoot":false}}]},"status":{}}"#,
                #"{"metadata":{},"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"500m","memory":"1Gi"}},"securityContext":{"runAsNonRoot":false}}]},"status":{}}"#
            ),
            (
                #"{"metadata":{},"spec":{"containers":[{"name":"a","resources":{},"livenessProbe":{"grpc":{"port":1}}}],"volumes":[{"name":"v","projected":{}}]},"status":{}}"#,
                #"{"metadata":{},"spec":{"containers":[{"name":"a","resources":{},"livenessProbe":{"grpc":{"port":1,"service":null}}}],"volumes":[{"name":"v","projected":{"sources":null}}]},"status":{}}"#
            ),
            (
                #"{"metadata":{"name":"a","name":"b"},"spec":{"containers":[]},"status":{}}"#,
                #"{"metadata":{"name":"b"},"spec":{"containers":[]},"status":{}}"#
            ),
        ])
    func roundTrip(_ sent: String, _ written: String) throws {
        let pod = try TypeTable.pod.roundTrip(JSONValue(parsing: Array(sent.utf8)), as: "Pod")
        #expect(pod == (try JSONValue(parsing: Array(written.utf8))))
        #expect(try TypeTable.pod.roundTrip(pod, as: "Pod") == pod)
    }

    @Test(
        "have canonical quantities",
        arguments: [
            ("0", "0"), ("1", "1"), ("0.5", "500m"), ("1.5", "1500m"), ("100m", "100m"), ("1000m", "1"), ("1000", "1k"), ("1500", "1500"),
            ("0.1", "100m"), ("100000", "100k"), ("1024Mi", "1Gi"), ("1536Mi", "1536Mi"), ("1.5Gi", "1536Mi"), ("1Ki", "1Ki"),
            ("512Ki", "512Ki"),
            ("0.5Ki", "512"), ("1e3", "1e3"), ("12E2", "1200"), ("1E", "1E"), ("+5", "5"), ("-1k", "-1k"), (".5", "500m"), ("5.", "5"),
            ("0.0000000001", "1n"), ("1Ei", "1Ei"), ("0Gi", "0"), ("1000Ki", "1000Ki"), ("1023", "1023"),
            ("9223372036854775808", "9223372036854775807"),
        ])
    func quantities(_ sent: String, _ written: String) { #expect(Quantity.canonical(sent) == written) }

    @Test("cannot hold what is no quantity", arguments: ["", "x", "1 ", "1mi", "--1", "1Kib", ".", "1e", "1.2.3", "0x10"])
    func noQuantities(_ text: String) { #expect(Quantity.canonical(text) == nil) }

    @Test(
        "have times in UTC and whole seconds",
        arguments: [
            ("2026-11-21T09:12:48Z", "2026-11-21T09:12:48Z"), ("2026-11-21T09:12:48.999Z", "2026-11-21T09:12:48Z"),
            ("2026-11-21T01:12:48+02:00", "2026-11-20T23:12:48Z"), ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"),
            ("2026-13-01T00:00:00Z", nil), ("2026-11-21", nil), ("2026-11-21T09:12:48", nil), ("2026-11-21T09:12:48.Z", nil),
            ("yesterday, or so, maybe", nil),
        ])
    func times(_ sent: String, _ written: String?) { #expect(KubernetesTime.canonical(sent) == written) }
}

@Suite("Differences as JSON Patch")
struct JSONPatchTests {
    @Test(
        "lead from one document to the other",
        arguments: [
            (#"{"a":1}"#, #"{"a":1}"#, "[]"), (#"{"a":1}"#, #"{"a":1.0}"#, "[]"),
            (#"{"a":1}"#, #"{"a":"1"}"#, #"[{"op":"replace","path":"/a","value":"1"}]"#),
            (#"{"a":null}"#, #"{"a":[]}"#, #"[{"op":"replace","path":"/a","value":[]}]"#),
            (#"{"a":1,"b":2}"#, #"{"b":2}"#, #"[{"op":"remove","path":"/a"}]"#),
            (#"{}"#, #"{"x/y~z":{"b":1,"a":2}}"#, #"[{"op":"add","path":"/x~1y~0z","value":{"a":2,"b":1}}]"#),
            (#"{"a":[1,2,3]}"#, #"{"a":[1]}"#, #"[{"op":"remove","path":"/a/2"},{"op":"remove","path":"/a/1"}]"#),
            (#"{"a":[1]}"#, #"{"a":[2,1]}"#, #"[{"op":"add","path":"/a/1","value":1},{"op":"replace","path":"/a/0","value":2}]"#),
        ])
    func differences(_ old: String, _ new: String, _ patch: String) throws {
        let (before, after) = (try JSONValue(parsing: Array(old.utf8)), try JSONValue(parsing: Array(new.utf8)))
        let operations = JSONPatch.difference(from: before, to: after)
        #expect(JSONValue.array(operations).rendered() == patch)
        if patch != "[]" { #expect(try before.patched(by: operations).ordered == after.ordered) }
    }
}
