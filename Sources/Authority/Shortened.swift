extension String {
    /// At most 512 characters of a text that somebody else wrote, for a decision.
    ///
    /// A form may hold a megabyte, an issuer's document a quarter of one; a journal that kept each would grow with what strangers send.
    var shortened: String {
        guard utf8.count > Self.mostShown else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.prefix(Self.mostShown))) + "…"
    }

    private static let mostShown = 512
}
