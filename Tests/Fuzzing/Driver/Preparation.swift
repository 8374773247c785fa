/// What a guided run starts from, as files: `seeds/…`, and `dictionary` in libFuzzer's form.
enum Preparation {
    static func write(_ target: any FuzzTarget, longest: Int, into folder: String) throws {
        for seed in target.seeds { try FileBytes.write(seed.bytes, toFile: "\(folder)/seeds/seed-\(seed.name)") }
        let words = target.vocabulary.map { "\"\(escaped($0))\"\n" }.joined()
        try FileBytes.write(Array(words.utf8), toFile: "\(folder)/dictionary")
        print(longest)
    }

    private static func escaped(_ word: String) -> String {
        word.utf8.map { byte in
            let plain = (0x20...0x7e).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            return plain ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
