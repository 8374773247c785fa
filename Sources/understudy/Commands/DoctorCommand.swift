import ArgumentParser
import FoundationEssentials
import HTTPFetching
import WireFormats
#if canImport(Glibc)
    import Glibc
#endif

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "What stands in the way here, each with the fix.",
        discussion: "Looks at a running server and at the environment a workload would have. Exit code 1 when something must be fixed.")

    @OptionGroup var server: ControlOptions

    /// What one check found.
    struct Finding {
        enum Verdict: String {
            case good = "ok"
            case note
            case problem
        }
        let verdict: Verdict
        let text: String
        var fix: String?
    }

    func run() async throws {
        var findings = [proxyFinding(), privilegeFinding(), overrideFinding()]
        findings += try await InterceptionFindings.all()
        findings += try await serverFindings()
        for finding in findings {
            Console.print("\(finding.verdict.rawValue.padded(to: 8))\(finding.text)")
            if let fix = finding.fix { Console.print("        fix: \(fix)") }
        }
        if findings.contains(where: { $0.verdict == .problem }) { throw ExitCode(1) }
    }

    // MARK: The environment

    private func proxyFinding() -> Finding {
        let environment = ProcessEnvironment.variables
        let proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].filter { environment[$0]?.isEmpty == false }
        guard let first = proxies.first else { return Finding(verdict: .good, text: "no proxy variable swallows plain HTTP") }
        let exempt = (environment["NO_PROXY"] ?? environment["no_proxy"] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
        let missing = ["169.254.169.254", "127.0.0.1"].filter { !exempt.contains($0) && !exempt.contains("*") }
        guard !missing.isEmpty else { return Finding(verdict: .good, text: "\(first) is set, and NO_PROXY exempts the metadata address") }
        return Finding(
            verdict: .problem, text: "\(first) is set and would carry requests for \(missing.joined(separator: ", ")) away",
            fix: "export NO_PROXY=169.254.169.254,127.0.0.1,localhost")
    }

    private func privilegeFinding() -> Finding {
        geteuid() == 0
            ? Finding(verdict: .good, text: "running as root: 169.254.169.254:80 can be served on this host")
            : Finding(
                verdict: .note, text: "not root: 169.254.169.254:80 cannot be served here, so Go and Rust SDKs cannot be pointed at it",
                fix: "serve --source app-service, which they follow; or run inside a container or `unshare -Urn`")
    }

    private func overrideFinding() -> Finding {
        let environment = ProcessEnvironment.variables
        let other = ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"].filter { environment[$0]?.isEmpty == false }
        guard let first = other.first else {
            return Finding(verdict: .good, text: "no variable makes an SDK prefer another managed-identity source")
        }
        return Finding(verdict: .problem, text: "\(first) is set: SDKs will ask there and not the metadata service", fix: "unset \(first)")
    }

    // MARK: The server

    private func serverFindings() async throws -> [Finding] {
        let base = try server.client().base
        let fetcher = HTTPFetcher()
        let status: JSONValue
        do {
            let response = try await fetcher.fetch(FetchRequest(url: base + "/status", timeoutSeconds: 3))
            guard response.status == 200, let document = try? JSONValue(parsing: response.body), document["node"] != nil else {
                return [
                    Finding(
                        verdict: .problem, text: "\(base) answers, but not as Understudy",
                        fix: "free that port, or serve with --control HOST:PORT")
                ]
            }
            status = document
        } catch {
            return [Finding(verdict: .problem, text: "no server answers at \(base): \(error)", fix: "understudy serve, or --control URL")]
        }
        var findings = [Finding(verdict: .good, text: "a server answers at \(base), plane \(status["node"]?["plane"]?.text ?? "?")")]
        if let metadata = status["metadata"]?.text { findings.append(await probe(metadata, fetcher)) }
        if let authority = status["authority"]?.text, let ca = status["caFile"]?.text, let tenant = status["node"]?["tenantID"]?.text {
            findings.append(await verify(authority, tenant: tenant, caFile: ca, fetcher))
        }
        if let response = try? await fetcher.fetch(FetchRequest(url: base + "/readyz", timeoutSeconds: 3)),
            let ready = try? JSONValue(parsing: response.body), let problems = ready["reload"]?["problems"]?.elements
        {
            findings.append(
                Finding(
                    verdict: .problem, text: "the latest change of the manifests stands refused: \(problems.first?.text ?? "")",
                    fix: "mend the file; the last good state is served meanwhile"))
        }
        return findings
    }

    /// SDKs probe with a request that lacks the header; 400 means "here" (source: imds.md §6).
    private func probe(_ metadata: String, _ fetcher: HTTPFetcher) async -> Finding {
        do {
            let response = try await fetcher.fetch(
                FetchRequest(url: metadata + "/metadata/identity/oauth2/token?api-version=2018-02-01", timeoutSeconds: 3))
            return response.status == 400
                ? Finding(verdict: .good, text: "the metadata listener answers an SDK's probe")
                : Finding(verdict: .problem, text: "the metadata listener answers an SDK's probe with \(response.status), not 400")
        } catch {
            return Finding(verdict: .problem, text: "the metadata listener does not answer: \(error)", fix: "look at the server's log")
        }
    }

    private func verify(_ authority: String, tenant: String, caFile: String, _ fetcher: HTTPFetcher) async -> Finding {
        guard FileManager.default.fileExists(atPath: caFile) else {
            return Finding(
                verdict: .note, text: "the CA file \(caFile) is not on this host", fix: "fetch it from the control listener: GET /ca.crt")
        }
        do {
            let response = try await fetcher.fetch(
                FetchRequest(
                    url: "\(authority)/\(tenant)/v2.0/.well-known/openid-configuration", timeoutSeconds: 3, trustedCAFile: caFile))
            return Finding(
                verdict: response.status == 200 ? .good : .problem, text: "the authority's certificate verifies with \(caFile)")
        } catch {
            return Finding(
                verdict: .problem, text: "the authority cannot be trusted with \(caFile): \(error)",
                fix: "serve with --authority-name NAME for the name you call it by")
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
