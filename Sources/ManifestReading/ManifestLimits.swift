/// What a manifest may cost.
///
/// A manifest is written by people and machines we do not know, so everything that grows has an end.
enum ManifestLimits {
    /// Largest file in bytes.
    static let bytes = 256 * 1024 * 1024
    /// Deepest nesting of mappings and lists.
    static let depth = 100
    /// How many values all the aliases of one document may stand for, counted as if each were written out.
    ///
    /// Values that are written out are bounded by the size of the file and are not counted: a list of 100,000 pods is one document.
    static let aliasedNodes = 1_000_000
}
