#if canImport(Glibc)
    import Glibc
#endif

/// The lines that `Tests/rehearsal-mutants` asks for.
enum Mutants {
    private static let variable = "UNDERSTUDY_REHEARSAL_MUTANTS"

    /// Prints a line, if it was asked for.
    static func tell(_ line: String) {
        // SAFETY: only whether the variable is there is looked at, and nothing here changes the environment.
        guard unsafe getenv(variable) != nil else { return }
        print(line)
    }
}
