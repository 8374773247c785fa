import HTTPServing
import WireFormats

/// The description of the control listener, made of the table that answers.
struct OpenAPIDocument {
    let operations: [ControlOperation]
    let version: String

    private static let problemName = "Problem"
    private static let problem: JSONValue = ["$ref": .string("#/components/schemas/\(problemName)")]

    var document: JSONValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Understudy control", "version": .string(version),
                "description": "What a running Understudy tells of itself, and how it is changed. It never shows a valid token.",
            ],
            "paths": .object(
                paths.map { path in
                    JSONMember(
                        path,
                        .object(
                            operations.filter { $0.path == path }.map { JSONMember($0.method.lowercased(), Self.described($0)) }))
                }),
            "components": [
                "schemas": .object([JSONMember(Self.problemName, ControlAnswer.refusal.document)]),
                "securitySchemes": [
                    "controlToken": [
                        "type": "http", "scheme": "bearer",
                        "description": "The token in control-token of the state directory; needed beyond loopback only.",
                    ]
                ],
            ],
        ]
    }

    /// Each path once, in the order of the table.
    private var paths: [String] {
        var seen: Set<String> = []
        return operations.map(\.path).filter { seen.insert($0).inserted }
    }

    private static func described(_ operation: ControlOperation) -> JSONValue {
        var members: [JSONMember] = [
            JSONMember("operationId", .string(identifier(operation))), JSONMember("summary", .string(operation.summary)),
        ]
        let parameters = parameters(of: operation)
        if !parameters.isEmpty { members.append(JSONMember("parameters", .array(parameters.map(described)))) }
        if let body = operation.body {
            members.append(
                JSONMember(
                    "requestBody",
                    [
                        "required": .bool(body.isRequired),
                        "content": .object([
                            JSONMember(
                                body.mediaType,
                                .object([JSONMember("schema", body.schema.document)] + example(body.example)))
                        ]),
                    ]))
        }
        members.append(JSONMember("responses", responses(of: operation)))
        // Loopback is open: the token is one way, none is the other.
        if operation.changes { members.append(JSONMember("security", [.object([]), ["controlToken": []]])) }
        return .object(members)
    }

    /// `get-objects-kind-name`.
    private static func identifier(_ operation: ControlOperation) -> String {
        ([operation.method.lowercased()]
            + operation.path.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map(String.init)).joined(separator: "-")
    }

    /// What the row says, and text for the braces it says nothing of.
    private static func parameters(of operation: ControlOperation) -> [ControlParameter] {
        let named = Set(operation.parameters.filter { $0.place == .path }.map(\.name))
        let braces = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        return braces.filter { !named.contains($0) }.map { .path($0, .string(lengths: 1...253), "The \($0).") } + operation.parameters
    }

    private static func described(_ parameter: ControlParameter) -> JSONValue {
        .object(
            [
                JSONMember("name", .string(parameter.name)), JSONMember("in", .string(parameter.place.rawValue)),
                JSONMember("required", .bool(parameter.isRequired)), JSONMember("description", .string(parameter.summary)),
                JSONMember("schema", parameter.schema.document),
            ] + example(parameter.example))
    }

    private static func example(_ text: String?) -> [JSONMember] { text.map { [JSONMember("example", .string($0))] } ?? [] }

    private static func responses(of operation: ControlOperation) -> JSONValue {
        var answers = operation.answers
        func add(_ status: HTTPStatus, _ summary: String) {
            if !answers.contains(where: { $0.status.code == status.code }) { answers.append(.problem(status, summary)) }
        }
        if !operation.takesEveryMethod { add(.badRequest, "The request is not what this description says.") }
        if operation.changes { add(.forbidden, "The caller may not change the server.") }
        return .object(
            answers.sorted { $0.status.code < $1.status.code }.map { answer in
                let contents = answer.contents.map { content -> JSONMember in
                    let isRefusal = answer.status.code >= 400 && content.mediaType == "application/json"
                    return JSONMember(content.mediaType, ["schema": isRefusal ? Self.problem : content.schema.document])
                }
                return JSONMember(
                    String(answer.status.code), ["description": .string(answer.summary), "content": .object(contents)])
            })
    }
}
