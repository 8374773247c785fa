import CredentialChains
import FoundationEssentials
import HTTPFetching
import Surroundings
import WireFormats

/// Walks a chain of credentials against what answers here.
///
/// Whoever is to get a secret must first show that it is the running server: its journal has the question that was put to it without any.
struct ChainWalk {
    let table: ChainTable
    let environment: ChainEnvironment
    let control: ControlClient
    let entropy: Entropy
    /// The server's CA: its certificate, and a file that holds it.
    let authority: (pem: String, file: String)

    private static let correlationHeader = "x-understudy-correlation"

    /// What every link comes to; nothing is asked after one that ends the chain.
    func findings(for links: [ChainLink]) async throws -> [ChainFinding] {
        var findings: [ChainFinding] = []
        for link in links {
            guard !findings.contains(where: \.result.isLast) else {
                findings.append(ChainFinding(link: link, result: .notReached, reason: "", exchanges: []))
                continue
            }
            findings.append(try await finding(for: link))
        }
        return findings
    }

    private func finding(for link: ChainLink) async throws -> ChainFinding {
        switch link.plan {
        case .skipped(let reason): ChainFinding(link: link, result: .next, reason: reason, exchanges: [])
        case .broken(let reason): ChainFinding(link: link, result: .stop, reason: reason, exchanges: [])
        case .runs(let program):
            ChainFinding(link: link, result: .unknown, reason: "would run \(program), which is not done here", exchanges: [])
        case .asks(let question): try await answer(to: question, of: link)
        }
    }

    // MARK: Asking

    private func answer(to question: ChainQuestion, of link: ChainLink) async throws -> ChainFinding {
        var exchanges: [ChainExchange] = []
        func ended(_ result: ChainFinding.Result, _ reason: String) -> ChainFinding {
            ChainFinding(link: link, result: result, reason: reason, exchanges: exchanges)
        }
        func silent(_ reason: String) -> ChainFinding {
            ended(.init(question.endings.ending(status: nil, body: "", namesIdentity: false)), reason)
        }
        if question.request.url.hasPrefix("https://"),
            !table.trust.accepts(authority.pem, in: environment, read: { try? String(contentsOfFile: $0, encoding: .utf8) })
        {
            return silent("\(question.request.url): this client does not trust the server's CA; \(table.trust.advice)")
        }
        for request in question.before {
            let exchange = await send(request.method, request.url)
            exchanges.append(exchange)
            if exchange.status == nil { return silent("\(request.url): \(exchange.problem)") }
        }

        let look = knock(question)
        var knock = try await recognised(await send("GET", look.url))
        if case .request = question.probe {} else { knock.isOwnQuestion = true }
        exchanges.append(knock)
        guard let status = knock.status else { return silent("\(look.url): \(knock.problem)") }
        guard knock.decision != nil else {
            return ended(.unknown, "\(look.url): something else than this server answers (\(status)), and is told no secret")
        }
        if case .request(_, needsToken: true) = question.probe, knock.token == nil {
            return ended(
                .next,
                "\(look.url): it looks there first, and takes \(status) from another host than 169.254.169.254 for nobody; "
                    + "AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential makes it ask")
        }

        let (headers, body, problem) = content(of: question.request)
        if let problem { return ended(.unknown, problem) }
        let exchange = try await recognised(await send(question.request.method, question.request.url, headers: headers, body: body))
        exchanges.append(exchange)
        return conclusion(exchange, question, ended)
    }

    private func conclusion(
        _ exchange: ChainExchange, _ question: ChainQuestion, _ ended: (ChainFinding.Result, String) -> ChainFinding
    ) -> ChainFinding {
        let remarks = question.remarks.isEmpty ? "" : " (\(question.remarks.joined(separator: "; ")))"
        let by = question.because.isEmpty ? "" : ", by \(question.because.joined(separator: ", "))"
        let place = "\(question.source)\(by)\(remarks)"
        guard let status = exchange.status else {
            return ended(.init(question.endings.ending(status: nil, body: "", namesIdentity: false)), "\(place): \(exchange.problem)")
        }
        if status == 200, exchange.token != nil {
            let identity = exchange.decision?["identity"]
            let name = identity?["name"]?.text.map { " as \($0)" } ?? ""
            return ended(.token, "\(place): a token\(name)\(identity?["clientID"]?.text.map { " (\($0))" } ?? "")")
        }
        if status == 401, let challenge = exchange.challenge {
            return ended(.unknown, "\(place): a challenge, \(challenge); the client reads that file and asks again")
        }
        let why = exchange.decision?["reason"]?.text ?? "no reason is recorded"
        let names = question.request.url.contains("client_id=")
        return ended(
            .init(question.endings.ending(status: status, body: exchange.body, namesIdentity: names)), "\(place): \(status), \(why)")
    }

    /// The request that carries no secret: what the client itself sends first, else its question without headers.
    private func knock(_ question: ChainQuestion) -> ChainRequest {
        if case .request(let request, _) = question.probe { return request }
        return question.request
    }

    /// Headers and body with what variables and files hold; or why they cannot be made.
    private func content(of request: ChainRequest) -> (headers: [(String, String)], body: [UInt8]?, problem: String?) {
        var problem: String?
        func text(_ value: ChainRequest.Value) -> String {
            switch value {
            case .plain(let text): return text
            case .secret(let variable): return environment[variable] ?? ""
            case .file(let path):
                if let text = try? String(contentsOfFile: path, encoding: .utf8) { return text }
                problem = "\(path) cannot be read"
            case .made(let what): problem = "only the client itself can make \(what)"
            }
            return ""
        }
        var headers = request.headers.map { ($0.name, text($0.value)) }
        var body: [UInt8]?
        if !request.form.isEmpty {
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
            body = Array(request.form.map { "\($0.name)=\(Percent.encodeQuery(text($0.value)))" }.joined(separator: "&").utf8)
        }
        return (headers, body, problem)
    }

    private func send(_ method: String, _ url: String, headers: [(String, String)] = [], body: [UInt8]? = nil) async -> ChainExchange {
        let correlation = GUID(from: entropy).description
        let request = FetchRequest(
            method: method, url: url,
            headers: headers + [("User-Agent", "understudy-chain"), (Self.correlationHeader, correlation)], body: body, timeoutSeconds: 5,
            trustedCAFile: authority.file)
        do throws(FetchError) {
            return ChainExchange(method: method, url: url, correlation: correlation, response: try await HTTPFetcher().fetch(request))
        } catch {
            return ChainExchange(method: method, url: url, correlation: correlation, problem: "nobody answers: \(error)")
        }
    }

    /// The exchange with what the server's journal says of it.
    private func recognised(_ exchange: ChainExchange) async throws -> ChainExchange {
        guard exchange.status != nil else { return exchange }
        let order: JSONValue = ["correlation": .string(exchange.correlation), "outcome": "any"]
        let verdict = try await control.send("POST", "/verify", body: order.bytes())
        var exchange = exchange
        exchange.decision = verdict["matches"]?.elements?.last
        return exchange
    }
}
