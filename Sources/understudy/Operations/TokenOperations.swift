import Control
import HTTPServing
import IdentityStore
import Surroundings
import TestAids
import TokenVerification
import WireFormats

/// The test aids about tokens as operations of the control listener: a wrong one made, any one judged.
struct TokenOperations: Sendable {
    let store: IdentityStore
    let verifier: TokenVerifier
    let wrong: WrongTokens

    var all: [ControlOperation] {
        [
            ControlOperation(
                "POST", "/tokens/mint", "Makes a token that is wrong on purpose and never valid.", changes: true, body: .json(Self.order),
                answers: [
                    .document(.object([.required("token", .text), .required("sentence", .text)]), "The token, and what is wrong with it."),
                    .problem(.internalServerError, "The token could not be signed."),
                ]
            ) { request, _ in mint(request) },
            ControlOperation(
                "POST", "/tokens/verify", "Judges the token in the body, check by check.", changes: false,
                parameters: [.query("audience", .array(of: .text), "What aud may be; any resource the tenants know when it is not given.")],
                body: .text("text/plain"),
                answers: [
                    .document(
                        .object([.required("valid", .boolean), .required("checks", .array(of: .object([], isOpen: true)))], isOpen: true),
                        "The verdict.")
                ]
            ) { request, _ in verify(request) },
        ]
    }

    private static let order = JSONSchema.object([
        .required("defect", .choice(TokenDefect.allCases.map(\.rawValue)), "What is to be wrong."),
        .optional("resource", .text, "What it would be for; Resource Manager when it is not given."),
        .optional("claims", .object([], isOpen: true), "Claims to be set; null leaves one out."),
        .optional("client_id", .text), .optional("object_id", .text), .optional("msi_res_id", .text),
    ])

    private func mint(_ request: HTTPRequest) -> HTTPResponse {
        do {
            let order = try MintOrder(request.body)
            let token = try wrong.mint(order.defect, for: order.request(in: store.current), changing: order.changes)
            let signer = order.changes.isEmpty ? "" : " A key that is never published signed it, for claims were changed."
            return ControlWire.document([
                "token": .string(token.reveal { String(decoding: $0, as: UTF8.self) }), "sentence": .string(order.defect.sentence + signer),
            ])
        } catch let refusal as MintOrder.Refusal {
            return ControlWire.problem(.badRequest, refusal.description)
        } catch {
            return ControlWire.problem(.internalServerError, "\(error)")
        }
    }

    /// `?audience=` repeated: what `aud` may be.
    private func verify(_ request: HTTPRequest) -> HTTPResponse {
        let audiences = Percent.query(request.rawQuery ?? "", .lenient).filter { $0.name == "audience" }.map(\.value)
        let text = String(decoding: request.body, as: UTF8.self).filter { !$0.isWhitespace }
        let verdict = verifier.verdict(on: text, audiences: audiences.isEmpty ? nil : audiences, in: store.current)
        return ControlWire.document(verdict.document)
    }
}
