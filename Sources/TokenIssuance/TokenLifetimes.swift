import IdentityModel
import Surroundings

/// How long tokens live, in seconds.
enum TokenLifetimes {
    /// A managed identity's token, however it was asked for (source: entra.md §2.4, imds.md §5.2).
    static let managedIdentity: Int64 = 86_400
    /// An application's token; the documentation says 60 to 90 minutes, every capture says this (source: entra.md §2.2).
    static let application: Int64 = 3600
    /// An application's token under continuous access evaluation (source: entra.md §2.2).
    static let continuouslyEvaluated: ClosedRange<Int64> = 72_000...100_800
    /// Tokens that live longer than this are told with a time to refresh them.
    static let longLived: Int64 = 7200
    /// `iat` and `nbf` lie this far before the moment of issue (source: entra.md §2.2).
    static let backdating: Int64 = 300
    /// A cached token is handed out again until this little of its life is left; then the cloud is asked anew ("near expiry", imds.md
    /// §5.4).
    ///
    /// It equals the remainder below which every SDK counts a token as expired (sdk-clients.md §1.1).
    static let renewalMargin: Int64 = 300

    /// How long a token for `request` lives.
    static func seconds(for request: TokenRequest, entropy: Entropy) -> Int64 {
        if request.principal.category != .servicePrincipal { return managedIdentity }
        guard request.isContinuouslyEvaluated else { return application }
        let range = continuouslyEvaluated
        return range.lowerBound + Int64(entropy.below(Int(range.upperBound - range.lowerBound)))
    }
}
