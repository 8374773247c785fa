/// How long tokens live, in seconds.
enum TokenLifetimes {
    /// A managed identity's token (source: entra.md §2.2, imds.md §5.2).
    static let managedIdentity: Int64 = 86_400
    /// `iat` and `nbf` lie this far before the moment of issue (source: entra.md §2.2).
    static let backdating: Int64 = 300
    /// A cached token is handed out again until this little of its life is left; then the cloud is asked anew ("near expiry", imds.md
    /// §5.4).
    ///
    /// It equals the remainder below which every SDK counts a token as expired (sdk-clients.md §1.1).
    static let renewalMargin: Int64 = 300
}
