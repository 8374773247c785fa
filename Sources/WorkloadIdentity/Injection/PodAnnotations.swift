import WireFormats

/// What a pod's annotations ask of the webhook (source: workload-identity.md §1.2).
struct PodAnnotations {
    private static let prefix = "azure.workload.identity/"
    private static let defaultPort: Int64 = 8000
    private static let defaultExpiration: Int64 = 3600
    private static let allowedExpirations: ClosedRange<Int64> = 3600...86400

    private let annotations: JSONValue?

    init(_ pod: JSONValue) { annotations = pod["metadata"]?["annotations"] }

    /// The annotation of this whole name.
    subscript(name: String) -> String? { annotations?[name]?.text }

    /// Presence alone asks: `"false"` injects too.
    var asksForProxy: Bool { annotations?["\(Self.prefix)inject-proxy-sidecar"] != nil }

    func proxyPort() throws(AdmissionDenial) -> Int64 {
        guard let text = self["\(Self.prefix)proxy-sidecar-port"] else { return Self.defaultPort }
        do throws(GoTextError) {
            return try GoText.integer(text, bits: 32)
        } catch {
            throw AdmissionDenial("failed to parse proxy sidecar port: \(error.text)")
        }
    }

    /// The pod's own wish beats its account's; an empty one is none.
    func tokenExpiration(account: [String: String]) throws(AdmissionDenial) -> Int64 {
        let name = "\(Self.prefix)service-account-token-expiration"
        guard let text = [self[name], account[name]].compactMap({ $0 }).first(where: { !$0.isEmpty }) else { return Self.defaultExpiration }
        let seconds: Int64
        do throws(GoTextError) {
            seconds = try GoText.integer(text, bits: 64)
        } catch {
            throw AdmissionDenial(error.text)
        }
        guard Self.allowedExpirations.contains(seconds) else {
            throw AdmissionDenial(
                "token expiration \(seconds) not valid. Expected value to be between \(Self.allowedExpirations.lowerBound) and "
                    + "\(Self.allowedExpirations.upperBound)")
        }
        return seconds
    }

    var skippedContainers: Set<String> {
        guard let text = self["\(Self.prefix)skip-containers"], !text.isEmpty else { return [] }
        return Set(
            text.split(separator: ";", omittingEmptySubsequences: false).map { entry in
                String(entry.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            })
    }
}
