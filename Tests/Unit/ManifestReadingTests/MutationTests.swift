import ManifestReading
import Testing

/// Random damage: whatever comes out, it is a result or an error with a place inside the text.
@Suite struct MutationTests {
    private static let samples = [
        """
        apiVersion: v1
        kind: Pod
        metadata: &m {name: a, labels: {x: "1"}}
        spec:
          <<: *m
          containers:
          - name: app
            args: ['-a', "b\\u00e9", 0x1F, .5]
          text: |
            one
            two
          fold: >-
            a
            b
        --- # next
        - !!str 1
        - ? k
          : v
        ...
        """,
        #"{"a": [1, -2.5e3, true, null, {"b": "\ud83d\ude00\n"}], "c": {"d": "é"}} {"e": []}"#,
    ]

    @Test("a damaged text never crashes the reader", arguments: samples.indices, [1, 2, 3] as [UInt64])
    func damaged(sample: Int, seed: UInt64) {
        var random = SplitMix(state: seed)
        let original = Array(Self.samples[sample].utf8)
        let alphabet = Array(" \n\t:-,{}[]'\"#&*!|>?%@`\\~<\u{0}\u{7f}".utf8) + [0xff, 0xc3, 0xf0]
        for _ in 0..<3000 {
            var bytes = original
            for _ in 0...Int.random(in: 0..<6, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: bytes.indices, using: &random)
                let byte =
                    Bool.random(using: &random) ? alphabet.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                case 2: bytes.remove(at: place)
                default: bytes.removeSubrange(place...)
                }
            }
            let lines = bytes.count { $0 == 0x0a } + bytes.count { $0 == 0x0d } + bytes.count { $0 == 0xc2 || $0 == 0xe2 } + 2
            if let error = refusal(bytes) {
                #expect(error.line >= 1 && error.line <= lines && error.column >= 0 && !error.reason.isEmpty)
            }
        }
    }
}

/// A small generator with a seed, so that a failure can be repeated.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
