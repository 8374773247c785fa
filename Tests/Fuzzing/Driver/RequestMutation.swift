/// The words that requests to a service are made of, by the place where they belong.
struct RequestWords {
    var methods: [String]
    var paths: [String]
    var segments: [String]
    /// Names, and the values that each is known to take.
    var parameters: [(name: String, values: [String])]
    var values: [String]
    /// Text that is apt to be misread, anywhere.
    var escapes: [String]
    /// Whole lines, without their ends.
    var headers: [String]
    var bodies: [String]
}

/// Changes a request as a request: another path, a parameter more, a header less.
///
/// A byte changed at random mostly makes a request that is turned away at the door; these get further.
struct RequestMutation {
    let words: RequestWords

    /// Nil for a long input, which would cost more to take apart than it is worth.
    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]? {
        guard input.count <= 2_048 else { return nil }
        var draft = RequestDraft(input)
        for _ in 0..<Int.random(in: 1...4, using: &random) { step(&draft, &random) }
        var bytes = draft.bytes
        if random.once(in: 40) { bytes += RequestDraft(input).bytes }
        return bytes
    }

    private func step(_ draft: inout RequestDraft, _ random: inout SeededRandom) {
        switch Int.random(in: 0..<16, using: &random) {
        case 0: draft.method = pick(words.methods, &random)
        case 1, 2: draft.path = pick(words.paths, &random).split(separator: "/").map(String.init)
        case 3, 4: draft.path.append(pick(words.segments, &random))
        case 5: replace(in: &draft.path, &random) { text, random in odd(text, &random) }
        case 6: if !draft.path.isEmpty { draft.path.remove(at: Int.random(in: 0..<draft.path.count, using: &random)) }
        case 7, 8, 9: set(&draft, &random)
        case 10: replace(in: &draft.query, &random) { text, random in odd(text, &random) }
        case 11: if !draft.query.isEmpty { draft.query.remove(at: Int.random(in: 0..<draft.query.count, using: &random)) }
        case 12: draft.query.append(draft.query.randomElement(using: &random) ?? "")
        case 13:
            let line = pick(words.headers, &random)
            // Of two hosts the service would see nothing.
            if line.hasPrefix("Host:") { draft.headers.removeAll { $0.hasPrefix("Host:") } }
            draft.headers.append(line)
        case 14: if !draft.headers.isEmpty { draft.headers.remove(at: Int.random(in: 0..<draft.headers.count, using: &random)) }
        default: draft.body = draft.body.isEmpty || random.once(in: 2) ? pick(words.bodies, &random) : odd(draft.body, &random)
        }
    }

    /// Gives a known parameter a value, instead of the one it has or, now and then, beside it.
    private func set(_ draft: inout RequestDraft, _ random: inout SeededRandom) {
        guard let parameter = words.parameters.randomElement(using: &random) else { return }
        let known = parameter.values.isEmpty || random.once(in: 4) ? words.values : parameter.values
        let text = "\(parameter.name)=\(pick(known, &random))"
        let place = draft.query.firstIndex { $0.hasPrefix("\(parameter.name)=") }
        if let place, !random.once(in: 10) { draft.query[place] = text } else { draft.query.append(text) }
    }

    private func replace(
        in list: inout [String], _ random: inout SeededRandom, by change: (String, inout SeededRandom) -> String
    ) {
        guard !list.isEmpty else { return }
        let place = Int.random(in: 0..<list.count, using: &random)
        list[place] = change(list[place], &random)
    }

    private func odd(_ text: String, _ random: inout SeededRandom) -> String {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return text.uppercased()
        case 1: return String(repeating: text, count: 1 << Int.random(in: 1...6, using: &random))
        case 2: return text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        default:
            var text = text
            let place = text.indices.randomElement(using: &random) ?? text.endIndex
            text.insert(contentsOf: pick(words.escapes, &random), at: place)
            return text
        }
    }

    private func pick(_ list: [String], _ random: inout SeededRandom) -> String { list.randomElement(using: &random) ?? "" }
}

/// A request taken apart, as far as it is one; put together it has a Host and the length of its body.
struct RequestDraft {
    var method = "GET"
    var path: [String] = []
    var query: [String] = []
    var headers: [String] = []
    var body = ""

    init(_ bytes: [UInt8]) {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        let first = lines.popFirst()?.split(separator: " ") ?? []
        if let word = first.first { method = String(word) }
        let target = first.dropFirst().first.map { $0.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false) } ?? []
        path = target.first?.split(separator: "/").map(String.init) ?? []
        query = target.dropFirst().first?.split(separator: "&", omittingEmptySubsequences: false).map(String.init) ?? []
        headers = lines.prefix { !$0.isEmpty }.map(String.init)
        body = lines.drop { !$0.isEmpty }.dropFirst().joined(separator: "\r\n")
        headers.removeAll { $0.lowercased().hasPrefix("content-length:") }
    }

    var bytes: [UInt8] {
        let target = "/" + path.joined(separator: "/") + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        var lines = ["\(method) \(target) HTTP/1.1"] + headers
        if !headers.contains(where: { $0.lowercased().hasPrefix("host:") }) { lines.append("Host: a") }
        let isChunked = headers.contains { $0.lowercased().hasPrefix("transfer-encoding:") }
        if !body.isEmpty, !isChunked { lines.append("Content-Length: \(body.utf8.count)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }
}
