import HTTPServing
import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite("Denials")
struct DenialTests {
    @Test(
        "tell what is wrong with an expiration as Go does",
        arguments: [
            ("3599", "token expiration 3599 not valid. Expected value to be between 3600 and 86400"),
            ("-1", "token expiration -1 not valid. Expected value to be between 3600 and 86400"),
            ("3600s", #"strconv.ParseInt: parsing "3600s": invalid syntax"#),
            (" 3600", #"strconv.ParseInt: parsing " 3600": invalid syntax"#),
            ("+", #"strconv.ParseInt: parsing "+": invalid syntax"#), ("a\"\n", #"strconv.ParseInt: parsing "a\"\n": invalid syntax"#),
            ("99999999999999999999x", #"strconv.ParseInt: parsing "99999999999999999999x": value out of range"#),
            ("9223372036854775808", #"strconv.ParseInt: parsing "9223372036854775808": value out of range"#),
            ("-9223372036854775808", "token expiration -9223372036854775808 not valid. Expected value to be between 3600 and 86400"),
            ("٣٦٠٠", #"strconv.ParseInt: parsing "٣٦٠٠": invalid syntax"#),
            ("\u{200b}", #"strconv.ParseInt: parsing "\u200b": invalid syntax"#),
        ])
    func expiration(_ text: String, _ message: String) throws {
        #expect(try Small.denial(Small.pod(["service-account-token-expiration": text])) == message)
    }

    @Test("are not given for expirations that Go reads", arguments: ["3600", "86400", "+4000", "04000", ""])
    func goodExpiration(_ text: String) throws {
        #expect(try Small.denial(Small.pod(["service-account-token-expiration": text])) == nil)
    }

    @Test(
        "tell what is wrong with a port",
        arguments: [
            ("bad", "invalid syntax"), ("", "invalid syntax"), ("2147483648", "value out of range"), ("4294967296x", "value out of range"),
            ("-2147483649", "value out of range"), ("80 ", "invalid syntax"),
        ])
    func port(_ text: String, _ reason: String) throws {
        let pod = Small.pod(["inject-proxy-sidecar": "", "proxy-sidecar-port": text])
        #expect(try Small.denial(pod) == "failed to parse proxy sidecar port: strconv.ParseInt: parsing \"\(text)\": \(reason)")
    }

    @Test("come in the original's order: account, network, port, expiration")
    func order() throws {
        let bad = ["inject-proxy-sidecar": "", "proxy-sidecar-port": "x", "service-account-token-expiration": "y"]
        let network = [JSONMember("hostNetwork", true)]
        #expect(try Small.denial(Small.pod(bad, account: "nope", network)) == #"serviceaccounts "nope" not found"#)
        #expect(try Small.denial(Small.pod(bad, network)) == "hostNetwork is set to true, cannot inject proxy sidecar")
        #expect(try Small.denial(Small.pod(bad))?.contains("proxy sidecar port") == true)
    }

    @Test(
        "of names that no path can hold are the client's",
        arguments: [
            ("default", "a/b", #"invalid resource name "a/b": [may not contain '/']"#),
            ("default", "a/%", #"invalid resource name "a/%": [may not contain '/' may not contain '%']"#),
            ("default", "..", #"invalid resource name "..": [may not be '..']"#),
            ("a/b", "x", #"invalid namespace "a/b": [may not contain '/']"#),
            ("", "web", "an empty namespace may not be set when a resource name is provided"),
            ("", "default", "an empty namespace may not be set when a resource name is provided"),
        ])
    func names(_ namespace: String, _ name: String, _ message: String) {
        #expect(throws: AdmissionDenial(message)) { try Small.accounts.find(name, in: namespace) }
    }
}

@Suite("Reviews that are odd")
struct ReviewTests {
    private func answer(_ body: String, headers: [(String, String)] = [("Content-Type", "application/json")]) throws -> JSONValue {
        let webhook = AdmissionWebhook(settings: try Small.settings(), serviceAccounts: Small.accounts)
        let request = HTTPRequest(
            method: "POST", target: "/mutate-v1-pod", headers: headers, body: Array(body.utf8),
            peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
        guard case .now(let response) = webhook.respond(to: request) else {
            Issue.record("the answer is not made at once")
            return .null
        }
        #expect(response.status == .ok)
        return try JSONValue(parsing: response.body)
    }

    private func refused(_ message: String, _ type: [JSONMember], uid: String = "") -> JSONValue {
        .object(
            type + [
                JSONMember(
                    "response",
                    [
                        "uid": .string(uid), "allowed": false,
                        "status": ["metadata": [:], "message": .string(message), "code": 400],
                    ])
            ])
    }

    private static let v1 = [JSONMember("kind", "AdmissionReview"), JSONMember("apiVersion", "admission.k8s.io/v1")]

    @Test("without content are read as empty", arguments: [" ", "null", "\n", "{}", #"{"request":null}"#, #"{"request":{"object":null}}"#])
    func empty(_ body: String) throws { #expect(try answer(body) == refused("there is no content to decode", Self.v1)) }

    @Test(
        "are answered in the version and kind they came in",
        arguments: [
            (
                #"{"apiVersion":"admission.k8s.io/v2","kind":"AdmissionReview"}"#,
                [JSONMember("kind", "AdmissionReview"), JSONMember("apiVersion", "admission.k8s.io/v2")]
            ),
            (#"{"apiVersion":"v1","kind":"Pod"}"#, [JSONMember("kind", "Pod"), JSONMember("apiVersion", "v1")]),
            (#"{"kind":"Pod"}"#, [JSONMember("kind", "Pod")]), (#"{"apiVersion":"x/y"}"#, [JSONMember("apiVersion", "x/y")]),
            (
                "kind: AdmissionReview\napiVersion: admission.k8s.io/v1beta1\n",
                [JSONMember("kind", "AdmissionReview"), JSONMember("apiVersion", "admission.k8s.io/v1beta1")]
            ),
        ])
    func types(_ body: String, _ type: [JSONMember]) throws { #expect(try answer(body) == refused("there is no content to decode", type)) }

    @Test(
        "that cannot be read are refused without a type",
        arguments: [
            (#"{"apiVersion":"a/b/c","kind":"K"}"#, "unexpected GroupVersion string: a/b/c"),
            (
                #"{"kind":7}"#,
                "couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string"
            ),
            ("{", "couldn't get version/kind; json parse error: unexpected end of JSON input"),
            (
                #"{"request":{"uid":7}}"#,
                "json: cannot unmarshal number into Go struct field AdmissionRequest.request.uid of type types.UID"
            ),
            (#"{"request":[]}"#, "json: cannot unmarshal array into Go struct field AdmissionReview.request of type v1.AdmissionRequest"),
        ])
    func unreadable(_ body: String, _ message: String) throws { #expect(try answer(body) == refused(message, [])) }

    static let scheme = #""github.com/Azure/azure-workload-identity/cmd/webhook/main.go:48""#

    @Test(
        "of other objects than pods are refused",
        arguments: [
            (#"{"apiVersion":"v1","kind":"ConfigMap"}"#, "unable to decode /v1, Kind=ConfigMap into *v1.Pod"),
            (#"{"apiVersion":"v1","kind":"PodList"}"#, "unable to decode /v1, Kind=PodList into *v1.Pod"),
            (#"{"apiVersion":"v1","kind":"pod"}"#, #"no kind "pod" is registered for version "v1" in scheme \#(scheme)"#),
            (#"{"apiVersion":"v2","kind":"Pod"}"#, #"no kind "Pod" is registered for version "v2" in scheme \#(scheme)"#),
            (#"{"apiVersion":"a.example/v1","kind":"X"}"#, #"no kind "X" is registered for version "a.example/v1" in scheme \#(scheme)"#),
            (#"{"apiVersion":"batch/v1","kind":"Job"}"#, "unable to decode batch/v1, Kind=Job into *v1.Pod"),
            (
                #"{"apiVersion":"v1","kind":"Pod","spec":{"hostNetwork":"yes"}}"#,
                "json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool"
            ),
            (
                #"{"spec":{"containers":[{"name":"a","ports":[{"containerPort":99999999999}]}]}}"#,
                "json: cannot unmarshal number 99999999999 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32"
            ),
            (
                #"{"spec":{"containers":{}}}"#,
                "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container"
            ),
        ])
    func otherObjects(_ object: String, _ message: String) throws {
        #expect(try answer(#"{"request":{"uid":"u","namespace":"default","object":\#(object)}}"#) == refused(message, Self.v1, uid: "u"))
    }

    @Test("sent in chunks without content are no empty body")
    func chunkedAndEmpty() throws {
        let typed = [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")]
        #expect(try answer("", headers: typed) == refused("there is no content to decode", Self.v1))
        #expect(try answer("", headers: []) == refused("request body is empty", []))
    }

    @Test("of a pod with a hundred thousand annotations are answered, off the event loop")
    func large() async throws {
        let names = (0..<100_000).map { #""n\#($0)":"""# }.joined(separator: ",")
        let body =
            #"{"request":{"uid":"u","namespace":"default","object":{"metadata":{"annotations":{\#(names)}},"spec":{"containers":[]}}}}"#
        let webhook = AdmissionWebhook(settings: try Small.settings(), serviceAccounts: Small.accounts)
        let request = HTTPRequest(
            method: "POST", target: AdmissionWebhook.path, headers: [("Content-Type", "application/json")], body: Array(body.utf8),
            peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
        guard case .later(let answer) = webhook.respond(to: request) else {
            Issue.record("the answer is made on the event loop")
            return
        }
        #expect(try JSONValue(parsing: await answer().body)["response"]?["allowed"] == true)
    }
}
