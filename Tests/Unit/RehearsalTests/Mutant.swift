#if canImport(Glibc)
    import Glibc
#endif

/// The check that is switched off for this run of the tests.
enum Mutant {
    static let variable = "UNDERSTUDY_REHEARSAL_MUTANT"

    /// Its id; nil in an ordinary run.
    static var named: String? {
        // SAFETY: getenv's text is copied at once, and nothing here changes the environment.
        unsafe getenv(variable).map { unsafe String(cString: $0) }
    }
}
