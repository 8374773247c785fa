import HTTPServing
import IdentityModel
import Surroundings
import WireFormats

@testable import MetadataService

/// The pages of the reference that follow from the code: the routes' table and the schema's.
enum ReferencePage: String, CaseIterable {
    case paths = "Paths"
    case properties = "Properties"

    /// The whole page, in Markdown.
    var text: String {
        let generated = "<!-- Made from the code. UNDERSTUDY_WRITE_REFERENCE=1 swift test --filter ReferenceTests makes it anew. -->"
        let lines =
            switch self {
            case .paths: Self.pathLines
            case .properties: Self.propertyLines
            }
        return (["# \(title)", "", generated, ""] + lines).joined(separator: "\n") + "\n"
    }

    private var title: String {
        switch self {
        case .paths: "Paths and versions"
        case .properties: "Properties of the instance document"
        }
    }

    // MARK: Paths

    private static var pathLines: [String] {
        let routes = MetadataRoutes.all
        var lines = ["Each path with what it takes.", ""]
        lines += table(
            ["Path", "Methods", "Versions", "Errors", "Where"],
            routes.map { route in
                [
                    "`\(route.path)`\(route.isTree ? " and below" : "")", methods(route), rule(route.versions), errors(route),
                    route.needsTokenBinding ? "`tokenBinding: true`" : "always",
                ]
            })
        lines += ["", "## What a version is answered with", ""]
        lines += [
            "The status of a well-formed request to each path, by its `api-version`. `200` means that the path has that version: some answer",
            "otherwise for a reason of their own (no identity, no load balancer), and `/metadata` itself has text alone.", "",
        ]
        let asked = routes.filter { $0.versions != .none && $0.versions != .credential }
        let versions: [(shown: String, query: String)] =
            Set(MetadataVersions.all + MetadataVersions.scheduledEvents).sorted().map { ("`\($0)`", "api-version=\($0)") } + [
                ("`2099-01-01`", "api-version=2099-01-01"), ("none", ""),
            ]
        lines += table(
            ["Version"] + asked.map { "`\(short($0.path))`" },
            versions.map { version in [version.shown] + asked.map { status($0, version.query) } })
        return lines
    }

    private static func rule(_ rule: MetadataVersions.Rule) -> String {
        switch rule {
        case .none: "none is asked for"
        case .since(let first), .identity(let first): "`api-version` from \(first)"
        case .scheduledEvents: "`api-version` of a list of its own"
        case .credential: "`cred-api-version=2.0`"
        }
    }

    private static func short(_ path: String) -> String {
        path == "/metadata" ? path : String(path.dropFirst("/metadata/".count))
    }

    private static func methods(_ route: MetadataRoutes.Route) -> String {
        ["GET", "POST"].filter { route.methods.accept(request($0, route.path)) }.joined(separator: ", ")
    }

    private static func errors(_ route: MetadataRoutes.Route) -> String {
        switch route.family {
        case .instance: "`{ \"error\": … }`"
        case .identity: "`{\"error\":…,\"error_description\":…}`"
        }
    }

    private static func status(_ route: MetadataRoutes.Route, _ query: String) -> String {
        let call = MetadataCall(request(route.methods == .post ? "POST" : "GET", "\(route.path)?\(query)"), foldsCase: true)
        do throws(MetadataFailure) {
            _ = try MetadataRoutes.route(call, tokenBinding: true)
            return "200"
        } catch {
            return "\(MetadataWire(clock: .frozen(at: start), entropy: .live).failure(error, location: "").status.code)"
        }
    }

    private static func request(_ method: String, _ target: String) -> HTTPRequest {
        HTTPRequest(
            method: method, target: target, headers: [("Metadata", "true")], body: [], peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
    }

    // MARK: Properties

    private static var propertyLines: [String] {
        let introduction = [
            "Every property of `/metadata/instance`, with the first `api-version` that has it and what stands there when a manifest says nothing.",
            "A `Node` gives them under `spec.compute`, `spec.network` and `spec.extended` by the same names; `[]` marks a list. On the wire each",
            "value is a JSON string, but for the one `boolean`.", "",
        ]
        let rows = InstanceSchema.properties.map { ["`\($0.path)`", $0.kind.shown, $0.since, $0.fallback.shown] }
        return introduction + table(["Property", "Kind", "Since", "Default"], rows)
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> [String] {
        ([head, head.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
    }
}

extension InstanceProperty.Kind {
    /// The kind as the page has it.
    fileprivate var shown: String {
        switch self {
        case .flag: "true, false"
        case .count: "number"
        case .guid: "GUID"
        case .mac: "MAC"
        case .ipv4: "IPv4"
        case .ipv6: "IPv6"
        case .wireBoolean: "boolean"
        case .text, .base64, .list: rawValue
        }
    }
}

extension InstanceProperty.Default {
    /// The default as the page has it.
    fileprivate var shown: String {
        switch self {
        case .text(let text): text.isEmpty ? "`\"\"`" : "`\(text)`"
        case .derived(let words, _), .elements(let words, _): words
        case .absent: "left out unless given"
        }
    }
}
