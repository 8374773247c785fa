import Decisions
import HTTPServing
import WireFormats

/// What every answer of the token service and the decision behind it must be, whatever was asked.
enum AuthorityCheck {
    /// An error body for people and programs is short.
    private static let mostBytes = 16 << 10
    /// A text of a decision that grows with the request would fill the journal.
    private static let mostTold = 4 << 10

    /// Judges an answer, and gives the decision that was recorded with it.
    ///
    /// - Parameter isTokenEndpoint: whether a 200 may hold a token, and a refusal is an error document.
    @discardableResult
    static func judge(
        _ written: HTTPExchange.Written, input: [UInt8], isTokenEndpoint: Bool, _ journal: DecisionJournal
    ) throws(Finding) -> Decision {
        let response = written.response
        let isIssued = isTokenEndpoint && response.status == .ok
        try WireCheck.judge(written, input: input, mayHoldTokens: isIssued)
        guard let recorded = journal.decisions(DecisionQuery()).last else { throw Finding("an answer without a decision") }
        let decision = recorded.decision
        for text in [decision.reason(), decision.resource, decision.selector?.value].compactMap(\.self) + decision.rejected.map(\.reason)
        where text.utf8.count > mostTold {
            throw Finding("a decision that says \(text.utf8.count) bytes: \(text.prefix(200))")
        }
        guard isTokenEndpoint else { return decision }
        guard isIssued == (decision.outcome == .issued) else {
            throw Finding("status \(response.status.code) with the outcome \(decision.outcome)")
        }
        if !isIssued {
            guard decision.check != nil else { throw Finding("a refusal that names no check: \(decision.reason())") }
            try judgeError(response)
        }
        return decision
    }

    /// The members in their order, one code in both places, a description that needs no escapes (entra.md §4.1, sdk-clients.md §1.3).
    private static func judgeError(_ response: HTTPResponse) throws(Finding) {
        guard response.body.count <= mostBytes else { throw Finding("an error of \(response.body.count) bytes") }
        guard let document = try? JSONValue(parsing: response.body), case .object(let members) = document else {
            throw Finding("an error that is no object")
        }
        let names = members.map(\.name)
        let always = ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id"]
        guard names == always || names == always + ["error_uri"] else { throw Finding("the members of an error are \(names)") }
        let description = document["error_description"]?.text ?? ""
        guard case .number(let code)? = document["error_codes"]?.elements?.first, description.hasPrefix("AADSTS\(code): ") else {
            throw Finding("the codes differ: \(description)")
        }
        guard description.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f && $0 != "\"" && $0 != "\\" }) else {
            throw Finding("a description that needs escapes: \(description.debugDescription)")
        }
    }

    /// Posts a form to the token endpoint of the world's tenant.
    static func post(_ form: [(String, [UInt8])], to service: some HTTPResponder) -> HTTPExchange.Written {
        let body = form.map { "\($0.0)=\(escaped($0.1))" }.joined(separator: "&")
        let request = HTTPRequest(
            method: "POST", target: AuthorityWorld.tokenPath,
            headers: [("Host", "login.microsoftonline.com"), ("Content-Type", "application/x-www-form-urlencoded")], body: Array(body.utf8),
            peer: FuzzWorld.peer)
        let response = HTTPExchange.settled(service.respond(to: request))
        AnswerTally.shared.count(response.status.code)
        return HTTPExchange.Written(response: response, head: "", body: response.body)
    }

    /// Every byte by its number, so that what is not text arrives too.
    private static func escaped(_ bytes: [UInt8]) -> String {
        let digits = Array(Hexadecimal.encode(bytes))
        return stride(from: 0, to: digits.count, by: 2).map { "%" + String(digits[$0...$0 + 1]) }.joined()
    }
}
