import HTTPServing
import IdentityModel

extension ObjectPages {
    /// The rows about objects.
    var operations: [ControlOperation] {
        let changed = ControlAnswer.document(
            .object([.required("changed", .array(of: .text)), .required("generation", .integer(0...Int.max))]), "What was changed.")
        let refused = ControlAnswer.problem(HTTPStatus(code: 422), "The manifest is wrong; nothing was changed.")
        let unknown = ControlAnswer.problem(.notFound, "There is no such kind or object.")
        let document = ControlAnswer.document(
            .object([.required("kind", .text)], isOpen: true), "The object as a manifest says it; an identity with its ids as status.")
        let name = JSONSchema.string(lengths: 1...Int.max)
        let kinds = ControlParameter.path("kind", name, "Its kind, in one or many, in any letter case.", example: "pods")
        func at(_ path: String, _ more: [ControlParameter], example: String) -> [ControlOperation] {
            let parameters = [kinds] + more
            return [
                ControlOperation("GET", path, "Shows an object.", changes: false, parameters: parameters, answers: [document, unknown]) {
                    show($0, $1)
                },
                ControlOperation(
                    "PUT", path, "Adds or replaces one object, over what files say.", changes: true, parameters: parameters,
                    body: .text("application/yaml", example: example), answers: [changed, unknown, refused]
                ) { put($0, $1) },
                ControlOperation(
                    "DELETE", path, "Removes an object, over what files say.", changes: true, parameters: parameters,
                    answers: [changed, unknown, refused]
                ) { delete($0, $1) },
            ]
        }
        let namespace = ControlParameter.path("namespace", name, "Its namespace.", example: "default")
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: app, namespace: default}}"
        let tenant = "{apiVersion: understudy.internal/v1alpha1, kind: Tenant, metadata: {name: app}}"
        let objects = JSONSchema.array(of: .object([], isOpen: true))
        return [
            ControlOperation(
                "GET", "/objects/{kind}", "Lists the objects of a kind.", changes: false, parameters: [kinds],
                answers: [
                    .document(
                        .object([.required("kind", .text), .required("apiVersion", .text), .required("items", objects)]),
                        "The objects as a Kubernetes list."),
                    unknown,
                ]
            ) { list($0, $1) }
        ]
            + at(
                "/objects/{kind}/{name}",
                [.path("name", name, "Its name.", example: "app")], example: tenant)
            + at(
                "/objects/{kind}/{namespace}/{name}", [namespace, .path("name", name, "Its name.", example: "app")], example: pod) + [
                ControlOperation(
                    "PUT", "/objects", "Takes a manifest with any number of objects, over what files say: all of it or nothing.",
                    changes: true,
                    body: .text("application/yaml", example: pod), answers: [changed, refused]
                ) { apply($0, $1) }
            ]
    }
}
