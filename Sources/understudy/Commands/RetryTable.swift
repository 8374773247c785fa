import ArgumentParser
import WireFormats

/// What clients did about faults, a line for each asking.
enum RetryTable {
    /// Prints the sequences, and ends with exit code 1 when a client did what its author should mend.
    static func print(_ document: JSONValue, _ format: OutputFormat) throws {
        let sequences = document["retries"]?.elements ?? []
        if format == .json {
            Console.print(document.rendered(.pretty))
        } else if sequences.isEmpty {
            Console.print("no client met a fault")
        } else {
            Console.print(
                TextTable.text(
                    [["CLIENT", "VERSION", "CALLER", "ASKED", "MET", "TOLD", "WAITED", "RETRIES", "END", "VERDICT"]] + sequences.map(row)))
        }
        if sequences.contains(where: { $0["isFault"] == true }) { throw ExitCode(1) }
    }

    private static func row(_ sequence: JSONValue) -> [String] {
        func text(_ name: String) -> String { sequence[name]?.text ?? "" }
        let attempts = sequence["attempts"]?.elements ?? []
        let faults = attempts.map { "\($0["fault"]?.text ?? "") (\($0["did"]?.text ?? ""))" }
        let library = sequence["client"]?["library"]?.text.map { " (\($0))" } ?? ""
        let name = (sequence["client"]?["name"]?.text ?? "") + library
        let met = faults.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }.joined(separator: ", ")
        let told = attempts.map { attempt in attempt["toldSeconds"].map { "\($0.rendered()) s" } ?? "-" }.joined(separator: " ")
        let waited = attempts.map { attempt in attempt["waitedMilliseconds"].map { seconds($0.rendered()) } ?? "-" }
        return [
            name, sequence["client"]?["version"]?.text ?? "", text("caller"), text("source"), met, told, waited.joined(separator: " "),
            sequence["retries"]?.rendered() ?? "", text("ending"), text("verdict"),
        ]
    }

    private static func seconds(_ milliseconds: String) -> String {
        let tenths = ((Int(milliseconds) ?? 0) + 50) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
