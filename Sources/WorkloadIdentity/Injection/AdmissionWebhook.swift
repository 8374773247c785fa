public import HTTPServing
import WireFormats

/// The webhook's HTTPS face: AdmissionReviews at `/mutate-v1-pod`, as controller-runtime answers them.
///
/// The HTTP status is 200 whatever the outcome is, which stands inside (source: workload-identity.md §1.7).
public struct AdmissionWebhook: HTTPResponder {
    /// The path of the endpoint.
    public static let path = "/mutate-v1-pod"

    /// What the listener must be given: bodies up to seven mebibytes less one byte, and the original's answer to a larger one.
    public static let limits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.bodyBytes = bodyLimit - 1
        return limits
    }()

    /// How requests are answered that never reach a responder.
    public static let protocolErrors = ProtocolErrorStyle(readsLikeGo: true) { error in
        guard case .bodyTooLarge = error else { return ProtocolErrorStyle.go.answer(error) }
        return answer(
            denial: AdmissionDenial("request entity is too large; limit is \(bodyLimit) bytes", code: 413), review: nil)
    }

    private static let bodyLimit = 7 * 1024 * 1024
    private static let smallBodyBytes = 64 * 1024

    private let admission: PodAdmission

    /// A webhook with these settings, for the service accounts there are.
    public init(settings: WebhookSettings, serviceAccounts: ServiceAccountDirectory) {
        admission = PodAdmission(settings: settings, serviceAccounts: serviceAccounts)
    }

    /// The answer to one request.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        let path = request.rawPath
        let cleaned = path.hasPrefix("/") ? GoPath.cleaned(path) : path
        if cleaned != path, !request.methodIs("CONNECT") { return .now(Self.moved(to: cleaned, request)) }
        guard path == Self.path else { return .now(Self.notFound) }
        // A pod is a few kilobytes; what is much larger must not keep an event loop from others.
        return request.body.count > Self.smallBodyBytes ? .later { review(request) } : .now(review(request))
    }

    private func review(_ request: HTTPRequest) -> HTTPResponse {
        var review: AdmissionReview?
        do throws(AdmissionDenial) {
            // Go takes a chunked body for one, even when nothing is in it.
            guard !request.body.isEmpty || request.hasHeader("Transfer-Encoding") else { throw AdmissionDenial("request body is empty") }
            let type = request.header("Content-Type") ?? ""
            guard type == "application/json" else { throw AdmissionDenial("contentType=\(type), expected application/json") }
            let read = try AdmissionReview(parsing: request.body)
            review = read
            return Self.answer(patch: try admission.patch(for: read), review: read)
        } catch {
            return Self.answer(denial: error, review: review)
        }
    }

    // MARK: Answers

    private static func answer(patch: [JSONValue], review: AdmissionReview) -> HTTPResponse {
        var members = [
            JSONMember("uid", .string(review.uid)), JSONMember("allowed", true), JSONMember("status", ["metadata": [:], "code": 200]),
        ]
        if !patch.isEmpty {
            members.append(JSONMember("patch", .string(Base64.encode(JSONValue.array(patch).bytes(.goHTMLSafe)))))
            members.append(JSONMember("patchType", "JSONPatch"))
        }
        return answer(members, review)
    }

    private static func answer(denial: AdmissionDenial, review: AdmissionReview?) -> HTTPResponse {
        answer(
            [
                JSONMember("uid", .string(review?.uid ?? "")), JSONMember("allowed", false),
                JSONMember("status", ["metadata": [:], "message": .string(denial.message), "code": .integer(denial.code)]),
            ], review)
    }

    private static func answer(_ response: [JSONMember], _ review: AdmissionReview?) -> HTTPResponse {
        let document = JSONValue.object((review?.typeMembers ?? []) + [JSONMember("response", .object(response))])
        let body = document.bytes(.goHTMLSafe) + [UInt8(ascii: "\n")]
        let type = HTTPResponse.HeaderLine.field("Content-Type", "text/plain; charset=utf-8")
        guard body.count <= GoAnswer.countedBytes else {
            return HTTPResponse(status: .ok, headers: [.date, type], body: body, framing: .chunked)
        }
        return HTTPResponse(status: .ok, headers: [.date, .contentLength, type], body: body)
    }

    private static let notFound = GoAnswer.error(.notFound, "404 page not found".utf8)

    // MARK: Go's ServeMux

    private static func moved(to path: String, _ request: HTTPRequest) -> HTTPResponse {
        let location = path + (request.rawQuery.map { "?\($0)" } ?? "")
        guard request.methodIs("GET") || request.methodIs("HEAD") else {
            return HTTPResponse(status: .movedPermanently, headers: [.field("Location", location), .date, .contentLength], body: [])
        }
        return HTTPResponse(
            status: .movedPermanently,
            headers: [.field("Content-Type", "text/html; charset=utf-8"), .field("Location", location), .date, .contentLength],
            body: Array("<a href=\"\(location)\">Moved Permanently</a>.\n\n".utf8))
    }
}
