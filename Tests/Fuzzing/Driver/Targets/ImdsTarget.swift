import Cryptography
import Decisions
import HTTPServing
import IdentityStore
@testable import MetadataService
import Surroundings
import TokenIssuance
import WireFormats

/// The metadata service behind its listener's parser: any path, query, headers, method and body.
///
/// What must hold: a status below 500, a well-formed head, JSON that parses, and a token nowhere but in the answer to a token request.
struct ImdsTarget: FuzzTarget {
    static let name = "imds"
    static let longestInput = 6_000

    let vocabulary: [String]
    let seeds: [Seed]
    private let mutation: RequestMutation
    private let exchange: HTTPExchange
    private let rich: MetadataWorld
    /// The others, by the name in Host, which the service does not read.
    private let others: [String: MetadataWorld]

    init() throws {
        exchange = HTTPExchange(style: .plain, clock: FuzzWorld.clock)
        rich = try MetadataWorld(MetadataWorld.rich)
        others = [
            "bare": try MetadataWorld(MetadataWorld.bare),
            "captured": try MetadataWorld(MetadataWorld.captured, capture: MetadataWorld.capture),
        ]
        let words = MetadataVocabulary(askedOf: rich.service())
        vocabulary = words.all
        seeds = words.seeds
        mutation = RequestMutation(words: words.words)
    }

    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]? { mutation.mutated(input, &random) }

    func take(_ input: [UInt8]) throws(Finding) {
        var services: [String: MetadataService] = [:]
        try exchange.run(input, peer: FuzzWorld.peer) { request in
            let host = request.header("Host") ?? ""
            let service = services[host] ?? (others[host] ?? rich).service()
            services[host] = service
            return service
        } check: { request, written throws(Finding) in
            try WireCheck.judge(written, input: input, mayHoldTokens: written.response.status == .ok && Self.asksForToken(request))
        }
    }

    private static func asksForToken(_ request: HTTPRequest) -> Bool {
        MetadataCall(request, foldsCase: true).path == MetadataRoutes.tokenPath
    }
}
