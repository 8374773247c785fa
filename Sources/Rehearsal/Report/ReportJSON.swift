public import WireFormats

extension RehearsalReport {
    /// The report for programs: `answers` and `findings`, and what they are about.
    public var document: JSONValue {
        [
            "answers": .array(answers.map(\.document)), "findings": .array(findings.map(\.document)),
            "workloads": .array(workloads.map(\.document)), "cluster": .strings(facts),
        ]
    }
}

extension Answer {
    /// The answer as the report shows it.
    var document: JSONValue {
        [
            "workload": .string(workload), "question": .string(question.rawValue), "verdict": .string(verdict.rawValue),
            "reason": .string(reason), "evidence": .array(evidence.map(\.document)),
        ]
    }
}

extension Finding {
    /// The finding as the report shows it.
    var document: JSONValue {
        [
            "id": .string(id), "severity": .string(severity.rawValue), "question": .string(question.rawValue),
            "workload": .string(workload), "summary": .string(summary), "evidence": .array(evidence.map(\.document)),
            "fix": .string(fix),
        ]
    }
}

extension Evidence {
    /// The evidence as the report shows it.
    var document: JSONValue {
        switch self {
        case .manifest(let reference):
            ["file": .string(reference.file), "line": .integer(reference.line), "object": .string(reference.object)]
        case .request(let id, let request, let outcome):
            ["decision": .string(id), "request": .string(request), "outcome": .string(outcome)]
        case .fact(let text): ["fact": .string(text)]
        }
    }
}

extension RehearsalReport.WorkloadSummary {
    /// The workload as the report shows it.
    var document: JSONValue {
        [
            "workload": .string(workload), "file": .string(reference.file), "line": .integer(reference.line), "course": .string(course),
            "requests": .array(comparisons.map(\.document)),
        ]
    }
}

extension RehearsalReport.Comparison {
    /// The comparison as the report shows it; ways that were not gone are left out.
    var document: JSONValue {
        let optional = [("exchange", exchange), ("sidecar", sidecar), ("gap", gap)]
        return .object(
            [JSONMember("shape", .string(shape)), JSONMember("today", .string(today))]
                + optional.compactMap { name, value in value.map { JSONMember(name, .string($0)) } })
    }
}
