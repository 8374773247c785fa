/// Something that takes untrusted bytes, and what must hold whatever they are.
///
/// One small file each in `Targets`; `FuzzCommand.targets` lists them. That no input may crash or hang needs no saying: the driver sees to
/// it.
protocol FuzzTarget {
    /// Its name on the command line and of its folder in the corpus.
    static var name: String { get }
    /// The longest input that the fuzzer makes up, in bytes.
    static var longestInput: Int { get }
    /// Words that mutations put in, each at most 64 bytes.
    var vocabulary: [String] { get }
    /// Inputs to start from, each with a name.
    var seeds: [Seed] { get }

    init() throws

    /// An input made of another by a step that knows its shape; nil leaves the step to libFuzzer, which knows bytes only.
    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]?

    /// Takes one input; throws when something that must hold does not.
    func take(_ input: [UInt8]) throws(Finding)
}

extension FuzzTarget {
    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]? { nil }
}

/// An input to start from.
struct Seed {
    /// A file name.
    let name: String
    let bytes: [UInt8]

    init(_ name: String, _ text: String) {
        self.name = name
        bytes = Array(text.utf8)
    }
}

/// What must hold did not.
struct Finding: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
