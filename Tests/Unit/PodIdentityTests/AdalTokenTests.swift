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

    /// What Go 1.19.8 prints: adal tries the layout with PM first, and tells of the second.
    @Test(arguments: [
        (#""soon""#, #"parsing time "soon" as "1/2/2006 15:04:05 +00:00": cannot parse "soon" as "1" value 'soon'"#),
        (#""""#, #"parsing time "" as "1/2/2006 15:04:05 +00:00": cannot parse "" as "1" value ''"#),
        (#""1-2-2030""#, #"parsing time "1-2-2030" as "1/2/2006 15:04:05 +00:00": cannot parse "-2-2030" as "/" value '1-2-2030'"#),
        (
            #""1/2/203 3:04:05 +00:00""#,
            #"parsing time "1/2/203 3:04:05 +00:00" as "1/2/2006 15:04:05 +00:00": cannot parse "3:04:05 +00:00" as "2006" "#
                + "value '1/2/203 3:04:05 +00:00'"
        ),
        (
            #""1/2/20x0 3:04:05 +00:00""#,
            #"parsing time "1/2/20x0 3:04:05 +00:00" as "1/2/2006 15:04:05 +00:00": cannot parse " 3:04:05 +00:00" as "2006" "#
                + "value '1/2/20x0 3:04:05 +00:00'"
        ),
        (
            #""1/2/2030 3:4:05 PM +00:00""#,
            #"parsing time "1/2/2030 3:4:05 PM +00:00" as "1/2/2006 15:04:05 +00:00": cannot parse "4:05 PM +00:00" as "04" "#
                + "value '1/2/2030 3:4:05 PM +00:00'"
        ),
        (
            #""1/2/2030 3:04:05 XM +00:00""#,
            #"parsing time "1/2/2030 3:04:05 XM +00:00" as "1/2/2006 15:04:05 +00:00": cannot parse "XM +00:00" as " +00:00" "#
                + "value '1/2/2030 3:04:05 XM +00:00'"
        ),
        (
            #""2/30/2030 3:04:05 PM +00:00""#,
            #"parsing time "2/30/2030 3:04:05 PM +00:00" as "1/2/2006 15:04:05 +00:00": cannot parse "PM +00:00" as " +00:00" "#
                + "value '2/30/2030 3:04:05 PM +00:00'"
        ),
        (
            #""13/2/2030 3:04:05 PM +00:00""#,
            #"parsing time "13/2/2030 3:04:05 PM +00:00": month out of range value '13/2/2030 3:04:05 PM +00:00'"#
        ),
        (#""2030-01-02T03:04:05Z""#, #"parsing time "2030-01-02T03:04:05Z": month out of range value '2030-01-02T03:04:05Z'"#),
        (#""1/0/2030 3:04:05 +00:00""#, #"parsing time "1/0/2030 3:04:05 +00:00": day out of range value '1/0/2030 3:04:05 +00:00'"#),
        (#""1/2/2030 24:00:00 +00:00""#, #"parsing time "1/2/2030 24:00:00 +00:00": hour out of range value '1/2/2030 24:00:00 +00:00'"#),
        (
            #""1/2/2030 3:60:00 +00:00""#,
            #"parsing time "1/2/2030 3:60:00 +00:00": minute out of range value '1/2/2030 3:60:00 +00:00'"#
        ),
        (
            #""1/2/2030 3:04:60 +00:00""#,
            #"parsing time "1/2/2030 3:04:60 +00:00": second out of range value '1/2/2030 3:04:60 +00:00'"#
        ),
        (
            #""1/2/2030 3:04:05 +00:00x""#,
            #"parsing time "1/2/2030 3:04:05 +00:00x": extra text: "x" value '1/2/2030 3:04:05 +00:00x'"#
        ),
        (
            #""a\"b\\c\u0001é""#,
            #"parsing time "a\"b\\c\x01\xc3\xa9" as "1/2/2006 15:04:05 +00:00": cannot parse "a\"b\\c\x01\xc3\xa9" as "1" value 'a"b\c"#
                + "\u{01}é'"
        ),
        ("true", "unexpected expires_on type bool value '%!s(bool=true)'"),
        ("[]", "unexpected expires_on type []interface {} value '[]'"),
        (
            #"[1,"a",null,{"c":2.5,"b":true}]"#,
            "unexpected expires_on type []interface {} value '[%!s(float64=1) a <nil> map[b:%!s(bool=true) c:%!s(float64=2.5)]]'"
        ),
        ("{}", "unexpected expires_on type map[string]interface {} value 'map[]'"),
    ]) func `tells of a time that is none in the words of Go`(_ value: String, _ reason: String) throws {
        let failure = try #require(throws: TokenFailure.self) { try AdalToken(body: Array(#"{"expires_on":\#(value)}"#.utf8)) }
        #expect(String(decoding: failure.text, as: UTF8.self) == "adal: failed to parse expires_on: \(reason)")
    }

    @Test(arguments: [
        ("01/02/2030 03:04:05 PM +00:00", "1893596645"), ("1/2/2030   3:04:05   PM   +00:00", "1893596645"),
        ("1/2/2030 3:04:05.123 PM +00:00", "1893596645"), ("1/2/2030 3:04:05,9 +00:00", "1893553445"),
        ("1/2/2030 12:04:05 PM +00:00", "1893585845"), ("2/29/2028 23:04:05 AM +00:00", "1835478245"),
        ("1/2/0000 3:04:05 PM +00:00", "-62167078555"),
    ]) func `reads a time as Go does`(_ time: String, _ seconds: String) throws {
        #expect(try AdalToken(body: Array(#"{"expires_on":"\#(time)"}"#.utf8)).expiresOn == seconds)
    }
}
