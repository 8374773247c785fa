public import WireFormats

extension DecisionVerdict {
    /// The verdict as our own interface shows it.
    public var document: JSONValue {
        [
            "passed": .bool(result == .passed), "verdict": .string(result.rawValue), "sentence": .string(sentence),
            "expected": .string(count.description), "found": .integer(matches.count), "since": .integer(stretch.since),
            "through": .integer(stretch.through), "considered": .integer(stretch.decisions.count),
            "forgottenThrough": .integer(stretch.hasGap ? stretch.forgottenThrough : 0),
            "matches": .array(matches.suffix(Self.mostShown).map(\.document)),
            "nearest": .array(
                nearest.map { miss in
                    [
                        "decision": miss.recorded.document,
                        "missed": .array(
                            miss.failed.map {
                                [
                                    "criterion": .string($0.name), "wanted": .string($0.wanted),
                                    "found": .string($0.found(in: miss.recorded)),
                                ]
                            }),
                    ]
                }),
        ]
    }

    /// Of very many that count, the newest are shown.
    private static let mostShown = 100
}
