import HTTPServing
import Testing

private func endpoint(_ name: String, _ path: Endpoint.Path, _ methods: Endpoint.Methods = .any) -> Endpoint {
    Endpoint(name: name, methods: methods, path: path, source: "test") { _, parameters in
        .now(text("\(name) \(parameters["tenant"] ?? "-")"))
    }
}

@Suite("An endpoint table")
struct EndpointTableTests {
    let table = EndpointTable(
        [
            endpoint("exact", .exact("/a")),
            endpoint("post", .exact("/only"), .only(["POST", "PUT"])),
            endpoint("late", .exact("/only"), .only(["PATCH", "PUT"])),
            endpoint("template", .template("/{tenant}/v2.0/keys")),
            endpoint("function", .matching(name: "ends in zz") { $0.hasSuffix("zz") }),
            endpoint("prefix", .prefix("/host/token")),
            endpoint("shadowed", .exact("/host/tokenzz")),
        ],
        otherwise: { _ in .now(text("otherwise")) },
        wrongMethod: { _, allowed in .now(text("allowed \(allowed.joined(separator: ","))")) })

    @Test(
        "lets the first match answer",
        arguments: [
            ("GET", "/a", "exact -"), ("foo", "/a?x", "exact -"), ("GET", "/a/", "otherwise"), ("GET", "/A", "otherwise"),
            ("POST", "/only", "post -"), ("PATCH", "/only", "late -"), ("post", "/only", "allowed POST,PUT,PATCH"),
            ("GET", "/con%20toso/v2.0/keys", "template con toso"), ("GET", "/%zz/v2.0/keys", "template %zz"),
            ("GET", "//v2.0/keys", "otherwise"), ("GET", "/a/b/v2.0/keys", "otherwise"), ("GET", "/t/v2.0/keys/", "otherwise"),
            ("GET", "/host/tokenzz", "function -"), ("GET", "/host/token/x", "prefix -"), ("GET", "/e\u{301}", "otherwise"),
        ])
    func matching(method: String, target: String, expected: String) {
        let request = HTTPRequest(method: method, target: target, headers: [], body: [], peer: PeerAddress(host: .unknown, port: 0))
        guard case .now(let response) = table.respond(to: request) else {
            Issue.record("answered later")
            return
        }
        #expect(String(decoding: response.body, as: UTF8.self) == expected)
    }

    @Test("matches the path as it is told to canonicalise it, and without a rule for methods says otherwise")
    func canonical() {
        let table = EndpointTable(
            [endpoint("lower", .exact("/a"), .only(["GET"]))], path: { $0.rawPath.lowercased() }, otherwise: { _ in .now(text("no")) })
        for (method, expected) in [("GET", "lower -"), ("PUT", "no")] {
            let request = HTTPRequest(method: method, target: "/A", headers: [], body: [], peer: PeerAddress(host: .unknown, port: 0))
            guard case .now(let response) = table.respond(to: request) else { continue }
            #expect(String(decoding: response.body, as: UTF8.self) == expected)
        }
        #expect(table.endpoints.map(\.name) == ["lower"])
    }

    @Test(
        "tries templates of every length in table order, and takes whole segments only",
        arguments: [
            ("/", "root -"), ("/x", "one x"), ("/x/", "closed x"), ("/x/y", "any y"), ("/x/keys", "last -"), ("/x/key", "any key"),
            ("/x/keyss", "any keyss"), ("/x/y/z/longer", "otherwise"), ("/x//", "otherwise"), ("//keys", "otherwise"),
        ])
    func templates(target: String, expected: String) {
        let table = EndpointTable(
            [
                endpoint("one", .template("/{tenant}")), endpoint("root", .template("/")), endpoint("closed", .template("/{tenant}/")),
                endpoint("never", .template("/other/{tenant}")), endpoint("last", .template("/{a}/{tenant}"), .only(["POST"])),
                endpoint("last", .matching(name: "ends in keys") { $0.hasSuffix("x/keys") }), endpoint("any", .template("/{a}/{tenant}")),
            ], otherwise: { _ in .now(text("otherwise")) })
        let request = HTTPRequest(method: "GET", target: target, headers: [], body: [], peer: PeerAddress(host: .unknown, port: 0))
        guard case .now(let response) = table.respond(to: request) else {
            Issue.record("answered later")
            return
        }
        #expect(String(decoding: response.body, as: UTF8.self) == expected)
    }
}
