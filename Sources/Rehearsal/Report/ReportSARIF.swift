public import WireFormats

extension RehearsalReport {
    /// The report as a SARIF 2.1.0 log, as GitHub's code scanning takes it.
    ///
    /// Its rules are all checks there are, its results the findings. A result's fingerprint is made of what does not move when lines do: the
    /// check, the workload and the object.
    ///
    /// - Parameters:
    ///   - version: that of this program.
    ///   - directory: the absolute path that file names become relative to; what lies elsewhere keeps an absolute one.
    public func sarif(version: String, directory: String) -> JSONValue {
        let rules = Checks.table
        let indices = Dictionary(rules.indices.map { (rules[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
        var ordinals: [String: Int] = [:]
        let places = SARIFPlaces(self, directory: directory)
        let results = findings.map { finding -> JSONValue in
            let key = finding.fingerprintKey
            ordinals[key, default: 0] += 1
            return finding.result(ruleIndex: indices[finding.id], places: places, ordinal: ordinals[key] ?? 1)
        }
        let driver: JSONValue = [
            "name": "understudy rehearse", "semanticVersion": .string(version), "rules": .array(rules.map(\.sarifRule)),
        ]
        return [
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
            "runs": [
                [
                    "tool": ["driver": driver], "automationDetails": ["id": "understudy/rehearse/"], "columnKind": "utf16CodeUnits",
                    "results": .array(results), "properties": ["cluster": .strings(facts)],
                ]
            ],
        ]
    }
}

extension Check {
    fileprivate var sarifRule: JSONValue {
        let what = summary.withoutValues
        let fix = fix.withoutValues
        let question = "\(question.rawValue): \(question.title)"
        return [
            "id": .string(id), "name": .string(id), "shortDescription": ["text": .string(what)],
            "fullDescription": ["text": .string("\(what) It answers \(question)")],
            "help": [
                "text": .string("\(what)\n\nQuestion \(question)\n\nFix: \(fix)"),
                "markdown": .string(
                    "\(MarkdownText.plain(what))\n\n**Question \(self.question.rawValue):** \(MarkdownText.plain(self.question.title))\n\n**Fix:** \(MarkdownText.plain(fix))"
                ),
            ],
            "defaultConfiguration": ["level": .string(severity.sarifLevel)],
            "properties": ["tags": ["migration", .string(self.question.rawValue)], "problem.severity": .string(severity.problemSeverity)],
        ]
    }
}

extension Finding {
    /// What is the same in every run that finds it.
    fileprivate var fingerprintKey: String { [id, workload, firstObject ?? ""].joined(separator: "\n") }

    private var firstObject: String? {
        evidence.lazy.compactMap { if case .manifest(let reference) = $0 { reference.object } else { nil } }.first
    }

    fileprivate func result(ruleIndex: Int?, places: SARIFPlaces, ordinal: Int) -> JSONValue {
        let print = Hexadecimal.encode(GUID(derivedFrom: fingerprintKey).bytes.prefix(8))
        var members: [JSONMember] = [JSONMember("ruleId", .string(id))]
        if let ruleIndex { members.append(JSONMember("ruleIndex", .integer(ruleIndex))) }
        let manifests = evidence.compactMap { if case .manifest(let reference) = $0 { reference } else { nil } }
        let related = manifests.dropFirst().compactMap(places.physical).enumerated().map { index, place -> JSONValue in
            ["id": .integer(index + 1), "physicalLocation": place]
        }
        members += [
            JSONMember("level", .string(severity.sarifLevel)),
            JSONMember("message", ["text": .string("\(workload): \(summary) Fix: \(fix)".onOneLine)]),
            JSONMember("locations", .array(places.location(of: self, at: manifests.first).map { [$0] } ?? [])),
            JSONMember("relatedLocations", .array(related)),
            // The name under which GitHub looks for it, and what it appends where one line has several.
            JSONMember("partialFingerprints", ["primaryLocationLineHash": .string("\(print):\(ordinal)")]),
            JSONMember(
                "properties",
                [
                    "severity": .string(severity.rawValue), "question": .string(question.rawValue), "workload": .string(workload),
                    "evidence": .strings(evidence.map(\.line.onOneLine)),
                ]),
        ]
        return .object(members)
    }
}

extension Finding.Severity {
    fileprivate var sarifLevel: String {
        switch self {
        case .blocker: "error"
        case .warning: "warning"
        case .note: "note"
        }
    }

    /// GitHub's own word for it.
    fileprivate var problemSeverity: String {
        switch self {
        case .blocker: "error"
        case .warning: "warning"
        case .note: "recommendation"
        }
    }
}

extension String {
    /// The template with dots in the place of its values: a rule's text, which says the same of every finding.
    var withoutValues: String {
        var out = ""
        var depth = 0
        for character in self {
            switch character {
            case "{":
                depth += 1
                out += "…"
            case "}" where depth > 0: depth -= 1
            case _ where depth == 0: out.append(character)
            default: break
            }
        }
        return out
    }
}
