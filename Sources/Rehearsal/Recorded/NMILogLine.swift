import IdentityModel
import WireFormats

/// What NMI's log says of how an identity was chosen (source: nmi.md §1.10).
///
/// There is no such line for a request by resource id.
struct LoggedMatch: Hashable, Sendable {
    let pod: NamespacedName
    /// Whether the request named a client id; else it named nothing.
    let namesClientID: Bool
}

/// A line of NMI's log: klog's own form, or that of its JSON format.
struct NMILogLine {
    /// What it is about.
    enum Content {
        case access(Access)
        case match(LoggedMatch)
        case other
    }

    /// The line that each request to a token route leaves.
    struct Access {
        let status: Int
        let path: String
        let address: String

        /// The request, as far as it is told.
        func request(at place: RecordedPlace) -> RecordedRequest {
            RecordedRequest(
                place: place.description, route: RecordedRequest.route(of: path), caller: RecordedCaller(pod: nil, address: address),
                shape: nil, resource: nil, client: nil, status: status, identity: nil, requestID: nil, waitMilliseconds: 0)
        }
    }

    let content: Content

    /// Reads a line; nil for what is not of a log like NMI's.
    init?(_ line: String) {
        guard let message = Self.message(of: Substring(line)) else { return nil }
        if let access = Self.access(message) {
            content = .access(access)
        } else if let match = Self.match(message) {
            content = .match(match)
        } else {
            content = .other
        }
    }

    // MARK: The frame

    /// The message, without klog's head and what log collectors put before it: `[pod/nmi-x/nmi]`, a time.
    private static func message(of line: Substring) -> Substring? {
        if let brace = line.firstIndex(of: "{"), line[..<brace].split(separator: " ").allSatisfy(isCollectors),
            let document = try? JSONValue(parsing: Array(line[brace...].utf8))
        {
            return document["msg"]?.text.map { Substring($0) }
        }
        var rest = line
        while true {
            rest = rest.drop { $0 == " " }
            if isHead(rest), let end = rest.firstRange(of: "] ") { return rest[end.upperBound...].drop { $0 == "\"" } }
            guard let blank = rest.firstIndex(of: " "), isCollectors(rest[..<blank]) else { return nil }
            rest = rest[blank...]
        }
    }

    /// `I0102 …`: a level and a date.
    private static func isHead(_ text: Substring) -> Bool {
        guard let level = text.first, "IWEF".contains(level) else { return false }
        let date = text.dropFirst().prefix(4)
        return date.count == 4 && date.allSatisfy(\.isWholeNumber) && text.dropFirst(5).first == " "
    }

    /// `[pod/nmi-x/nmi]`, or a time as RFC 3339 has it.
    private static func isCollectors(_ word: Substring) -> Bool {
        (word.hasPrefix("[") && word.hasSuffix("]")) || (word.first?.isWholeNumber == true && word.contains("T") && word.contains(":"))
    }

    // MARK: Messages

    /// `status (<code>) took <ns> ns for req.method=<M> reg.path=<path> req.remote=<ip>`.
    private static func access(_ message: Substring) -> Access? {
        guard message.hasPrefix("status ("), let code = message.firstIndex(of: ")"),
            let status = Int(message[..<code].dropFirst("status (".count)),
            let path = value("reg.path=", in: message) ?? value("req.path=", in: message),
            let address = value("req.remote=", in: message)
        else { return nil }
        return Access(status: status, path: path, address: address)
    }

    /// The word after a name; a quote ends it, as JSON and klog's structured lines put them.
    private static func value(_ name: String, in message: Substring) -> String? {
        guard let start = message.firstRange(of: name)?.upperBound else { return nil }
        let word = message[start...].prefix { $0 != " " && $0 != "\"" }
        return word.isEmpty ? nil : String(word)
    }

    /// `no clientID or resourceID in request. <ns>/<pod> has been matched with azure identity …`, or with `clientID in request: <id>, `.
    private static func match(_ message: Substring) -> LoggedMatch? {
        guard let end = message.firstRange(of: " has been matched with azure identity")?.lowerBound else { return nil }
        let head = message[..<end]
        guard let name = head.split(separator: " ").last, let pod = NamespacedName(reference: String(name)) else { return nil }
        if head.hasPrefix("no clientID or resourceID in request") { return LoggedMatch(pod: pod, namesClientID: false) }
        return head.hasPrefix("clientID in request:") ? LoggedMatch(pod: pod, namesClientID: true) : nil
    }
}
