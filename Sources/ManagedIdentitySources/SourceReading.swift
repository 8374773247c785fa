import HTTPServing
import Surroundings
import WireFormats

/// What a request to a source comes to once all checks are passed.
struct ReadRequest: Sendable {
    let dialect: SourceDialect
    let ask: SourceAsk
    /// What of the source's odd ways made a difference.
    let quirks: [String]
}

extension SourceRules {
    /// Reads a request, or meets the first thing that is wrong with it.
    ///
    /// - Parameter secret: what callers have to send; nil where the source has no secret.
    func read(_ call: SourceCall, secret: SecretBytes?) throws(SourceFailure) -> ReadRequest {
        let request = call.request
        guard has(path: request.rawPath) else { throw .pathUnknown }
        guard methods.contains(request.method) else { throw .methodNotAllowed(request.method) }
        guard !needsMetadataHeader || request.header("Metadata")?.lowercased() == "true" else { throw .metadataHeaderMissing }
        let dialect = try dialect(call)
        if let header = dialect.secretHeader, let secret { try check(secret, request.header(header)) }
        guard let resource = call.parameter("resource") else { throw .resourceMissing }
        let (selector, quirks) = try dialect.selector(call, source: name)
        if let audiences, !audiences.contains(Self.plain(resource)) { throw .audienceUnsupported(resource) }
        let ask = SourceAsk(
            request: request, resource: resource, selector: selector, standard: standard,
            refusedToken: dialect.replacesRefusedTokens ? call.parameter("token_sha256_to_refresh") : nil)
        return ReadRequest(dialect: dialect, ask: ask, quirks: quirks)
    }

    private func dialect(_ call: SourceCall) throws(SourceFailure) -> SourceDialect {
        if let only = dialects.first(where: { $0.version == nil }) { return only }
        let known = dialects.compactMap(\.version)
        guard let version = call.parameter("api-version") else { throw .versionMissing(known: known) }
        guard let dialect = dialects.first(where: { $0.version == version }) else { throw .versionUnknown(version, known: known) }
        return dialect
    }

    private func check(_ secret: SecretBytes, _ sent: String?) throws(SourceFailure) {
        guard let sent, !sent.isEmpty else { throw .secretMissing }
        guard secret.matches(sent.utf8) else { throw .secretWrong }
    }

    /// An audience as lists hold it.
    private static func plain(_ resource: String) -> String {
        (resource.hasSuffix("/") ? String(resource.dropLast()) : resource).lowercased()
    }
}

extension SourceDialect {
    /// The identity a request names, with a note on each selector that the source itself would not have read.
    ///
    /// An empty value is as none: Go sends an empty `clientid` for the system-assigned identity (source: sdk-clients.md §2.2).
    func selector(_ call: SourceCall, source: String) throws(SourceFailure) -> (IdentitySelector?, [String]) {
        var taken: [IdentitySelector] = []
        var quirks: [String] = []
        for name in SelectorName.allCases {
            guard let value = call.parameter(name.rawValue) else { continue }
            let isRead = selectors.contains(name)
            if !isRead { quirks.append(note(on: name, source: source)) }
            if isRead || honoursOtherSelectors {
                taken.append(IdentitySelector(meaning: name.meaning, name: name.rawValue, value: value))
            }
        }
        guard let first = taken.first else { return (nil, quirks) }
        guard taken.allSatisfy({ $0.meaning == first.meaning && $0.value == first.value }) else {
            throw .selectorsExclusive(taken.map(\.name))
        }
        return (first, quirks)
    }

    private func note(on name: SelectorName, source: String) -> String {
        let reads = selectors.isEmpty ? "no selector" : selectors.map(\.rawValue).joined(separator: ", ")
        return honoursOtherSelectors
            ? "\(source) is known to read \(reads) alone; \(name.rawValue) counts here because shipped SDKs send it."
            : "\(source) reads \(reads), so \(name.rawValue) was ignored."
    }
}
