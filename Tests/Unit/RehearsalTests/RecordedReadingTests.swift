import IdentityModel
import IdentityStore
import Testing
import WireFormats

@testable import Rehearsal

@Suite("Recordings are read")
struct RecordedReadingTests {
    private static let one = Recording.decision(1)
    private static let two = Recording.decision(2, selector: ("msi_res_id", "/subscriptions/x"))

    @Test(
        "takes a journal in each form that it is exported in",
        arguments: [
            Recording.journal([one, two]), (["decisions": .array([one, two])] as JSONValue).rendered(.pretty),
            JSONValue.array([one, two]).rendered(), "\(one.rendered())\n\(two.rendered())\n",
        ])
    func forms(_ text: String) throws {
        let use = try Recording.read([text])
        #expect(use.requests.map(\.place) == ["recording-0#1", "recording-0#2"])
        #expect(use.requests.map(\.shape) == [RequestShape.none, .resourceID("/subscriptions/x")])
        #expect(use.unread.isEmpty)
    }

    @Test(
        "takes lines of NMI's log, as klog, as JSON, and as collectors pass them on",
        arguments: [
            Recording.access("10.0.0.1"), "[pod/nmi-x2/nmi] \(Recording.access("10.0.0.1"))",
            "2026-11-21T21:20:00.1234567Z \(Recording.access("10.0.0.1"))",
            #"{"ts":1763760000000.1,"caller":"server/server.go:192","msg":"status (200) took 9 ns for req.method=GET reg.path=/metadata/identity/oauth2/token/ req.remote=10.0.0.1","v":0}"#,
            #"I1121 21:20:00.123456 1 server.go:192] "status (200) took 9 ns for req.method=GET reg.path=/metadata/identity/oauth2/token req.remote=10.0.0.1""#,
        ])
    func logs(_ line: String) throws {
        let use = try Recording.read([line + "\n"])
        #expect(use.accesses.map(\.caller.address) == ["10.0.0.1"])
        #expect(use.accesses.map(\.route) == [.token])
        #expect(use.accesses.map(\.shape) == [nil], "an access line holds no selector")
    }

    @Test("takes from NMI's log how identities were chosen")
    func matches() throws {
        let head = "I1121 21:20:00.123456       1 standard.go:1] "
        let use = try Recording.read([
            head + "no clientID or resourceID in request. prod/web-1 has been matched with azure identity prod/reader\n" + head
                + "clientID in request: 1a2b##### REDACTED #####0001, prod/web-1 has been matched with azure identity prod/reader\n" + head
                + "starting nmi process\n"
        ])
        #expect(use.matches.map(\.namesClientID) == [false, true])
        #expect(use.matches.map(\.pod.description) == ["prod/web-1", "prod/web-1"])
        #expect(use.passedOver == 1)
    }

    @Test("tells each line that is neither, by its number, and does not repeat it")
    func unread() throws {
        let secret = "Authorization: Bearer eyJ0.secret"
        let use = try Recording.read([Recording.access("10.0.0.1") + "\ngoroutine 1 [running]:\n\(secret)\n"])
        #expect(use.unread.map(\.line) == [2, 3])
        #expect(use.unread.allSatisfy { !"\($0)".contains("secret") && "\($0)".contains("allowed: ") })
        #expect(use.accesses.count == 1)
    }

    @Test("tells a line that is longer than a line may be")
    func tooLong() throws {
        let line = Recording.access("10.0.0.1", path: "/" + String(repeating: "x", count: RecordedUse.longestLine))
        let use = try Recording.read([Recording.access("10.0.0.1") + "\n" + line + "\n"])
        #expect(use.unread.map(\.line) == [2])
        #expect(use.accesses.count == 1)
    }

    @Test(
        "refuses what holds nothing of the kind",
        arguments: [
            ("", "nothing"), ("hello\n", "neither"), (#"{"decisions": [{"id": 1}]}"#, "no decision"), (#"{"decisions": ["#, "end of JSON"),
            ("1  2026-11-21T21:20:00Z  prod/web-1  GET /metadata  200 issued  because\n", "the table that people read"),
        ])
    func refusals(_ text: String, _ part: String) {
        #expect {
            _ = try Recording.read([text])
        } throws: { error in
            "\(error)".contains(part) && "\(error)".contains("recording-0") && error is RecordingProblem
        }
    }

    @Test("counts decisions that are no requests to the metadata service, and makes none of them")
    func besides() throws {
        let use = try Recording.read([
            Recording.journal([Self.one, Recording.decision(2, face: "authority"), Recording.decision(3, face: "mic")])
        ])
        #expect(use.requests.count == 1)
        #expect(use.besides == ["authority": 1, "mic": 1])
        #expect(use.facts.contains { $0.contains("1 of authority, 1 of mic") })
    }

    @Test(
        "knows a client by what it calls itself",
        arguments: [
            (["user-agent": "azsdk-python-identity/1.13.0 Python/3.11"], RecordedClient.Ability.exchanges),
            (["user-agent": "azsdk-python-identity/1.12.0 Python/3.9"], .tooOld("1.13.0")),
            (["user-agent": "azsdk-go-azidentity/v1.2.2 (go1.20)"], .tooOld("1.3.0")),
            (["user-agent": "azsdk-go-azidentity/v1.10.0 (go1.22)"], .exchanges),
            (["user-agent": "azsdk-net-Identity/1.9.0-beta.3 (.NET 8)"], .exchanges),
            (["user-agent": "azsdk-java-azure-identity/1.8.3 (17)"], .tooOld("1.9.0")),
            (["x-client-sku": "MSAL.Go", "x-client-ver": "1.2"], .untold), (["user-agent": "Java/17.0.2"], .untold),
            (["user-agent": "azsdk-rust-identity/1.0.0"], .untold), (["user-agent": "curl/8.1"], .metadataOnly),
        ])
    func clients(_ headers: [String: String], _ ability: RecordedClient.Ability) {
        #expect(RecordedClient(headers: headers)?.ability == ability)
    }

    @Test("knows no client where nothing is said")
    func noClient() { #expect(RecordedClient(headers: [:]) == nil) }
}
