import HTTPServing
import Testing

@testable import PodIdentity

/// What becomes of upstream's answers: nmi.md §2.1 and the corrections at its head.
@Suite struct AdalTokenTests {
    private static func shown(
        access: String = "", refresh: String = "", expiresIn: String = "", expiresOn: String = "", notBefore: String = "",
        resource: String = "", type: String = ""
    ) -> String {
        #"{"access_token":"\#(access)","refresh_token":"\#(refresh)","expires_in":"\#(expiresIn)","expires_on":"\#(expiresOn)","#
            + #""not_before":"\#(notBefore)","resource":"\#(resource)","token_type":"\#(type)"}"#
    }

    @Test(arguments: [
        ("{}", shown()), ("null", shown()), (" {} \n", shown()), (#"{"access_token":null,"expires_in":null,"expires_on":null}"#, shown()),
        (
            #"{"access_token":"t","client_id":"c","ext_expires_in":"1","refresh_token":"f","token_type":"Bearer","resource":"r","x":[1]}"#,
            shown(access: "t", refresh: "f", resource: "r", type: "Bearer")
        ),
        (#"{"expires_in":86399,"not_before":1.0}"#, shown(expiresIn: "86399", notBefore: "1.0")),
        (#"{"expires_in":86399.5,"expires_on":1893456000.25}"#, shown(expiresIn: "86399.5", expiresOn: "1893456000")),
        (
            #"{"expires_in":"12","expires_on":"1893456000","not_before":"3"}"#,
            shown(expiresIn: "12", expiresOn: "1893456000", notBefore: "3")
        ),
        (#"{"expires_on":"1/2/2030 3:04:05 PM +00:00"}"#, shown(expiresOn: "1893596645")),
        (#"{"expires_on":"1/2/2030 15:04:05 +00:00"}"#, shown(expiresOn: "1893596645")),
        (#"{"expires_on":"1/2/2030 12:04:05 AM +00:00"}"#, shown(expiresOn: "1893542645")),
        (#"{"resource":"a","resource":"b"}"#, shown(resource: "b")),
        (#"{"access_token":"a<b>&\u00e9\u2028"}"#, shown(access: #"a\u003cb\u003e\u0026é\u2028"#)),
    ]) func `makes seven strings of an answer`(_ body: String, _ wanted: String) throws {
        let response = NMIWire.token(try AdalToken(body: Array(body.utf8)))
        #expect(String(decoding: response.body, as: UTF8.self) == wanted)
    }

    @Test(arguments: ["", " ", "    "]) func `calls an answer of blanks an empty token, which is a 503`(_ body: String) throws {
        let failure = try #require(throws: TokenFailure.self) { try AdalToken(body: Array(body.utf8)) }
        #expect(failure == .empty)
        #expect(NMIWire.failure(.token(failure), retryAfter: false).status == .serviceUnavailable)
        #expect(NMIWire.failure(.exceptedToken(failure), retryAfter: false).status == .forbidden)
    }

    @Test(arguments: [
        (" \n", "unexpected end of JSON input"), ("{", "unexpected end of JSON input"),
        ("[]", "json: cannot unmarshal array into Go value of type adal.Token"),
        (#""t""#, "json: cannot unmarshal string into Go value of type adal.Token"),
    ]) func `repeats an answer that is no token in a 403`(_ body: String, _ reason: String) throws {
        let failure = try #require(throws: TokenFailure.self) { try AdalToken(body: Array(body.utf8)) }
        let text = "adal: Failed to unmarshal the service principal token during refresh. Error = '\(reason)' JSON = '\(body)'"
        #expect(String(decoding: failure.text, as: UTF8.self) == text)
        let response = NMIWire.failure(.token(failure), retryAfter: true)
        #expect(response.status == .forbidden)
        #expect(String(decoding: response.body, as: UTF8.self) == text + "\n")
    }

    @Test(arguments: [
        #"{"access_token":1}"#, #"{"expires_in":"soon"}"#, #"{"expires_in":[]}"#, #"{"expires_on":"soon"}"#, #"{"expires_on":true}"#,
        #"{"expires_on":"1/2/2030 3:04:05 XM +00:00"}"#, #"{"expires_on":"13/2/2030 3:04:05 PM +00:00"}"#, "<html>",
    ]) func `refuses members of another type as a refresh error`(_ body: String) throws {
        let failure = try #require(throws: TokenFailure.self) { try AdalToken(body: Array(body.utf8)) }
        #expect(failure.isRefreshError)
        #expect(NMIWire.failure(.token(failure), retryAfter: false).status == .forbidden)
    }
}
