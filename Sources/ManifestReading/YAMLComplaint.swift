/// Turns libyaml's words into plain ones, and guesses the usual mistake behind them.
enum YAMLComplaint {
    static func complaint(about problem: YAMLProblem, in bytes: [UInt8], from start: Int, afterDocument document: Int) -> Complaint {
        if let offset = problem.byteOffset {
            return Complaint(
                place: TextPlaces.place(ofByte: start + offset, in: bytes),
                document: TextPlaces.document(ofByte: start + offset, in: bytes),
                reason: "the text contains a control character", hint: "remove it, or write it as an escape in double quotes")
        }
        let (reason, isAtContext) = plainWords(problem)
        let place = isAtContext ? problem.contextPlace : problem.place
        return Complaint(
            place: place, document: max(document, 1), reason: reason,
            hint: lineHint(problem, in: bytes) ?? problemHint(problem))
    }

    /// The reason, and whether it is about where the construct began rather than about where the parser noticed.
    private static func plainWords(_ problem: YAMLProblem) -> (String, Bool) {
        let opened = "opened on line \(problem.contextPlace.line)"
        switch problem.problem {
        case "mapping values are not allowed in this context": return ("a ':' stands where no mapping can start", false)
        case "could not find expected ':'": return ("a name without ':' after it", true)
        case "found unexpected end of stream", "found unexpected document indicator": return ("this quote is not closed", true)
        case "found character that cannot start any token": return ("no value can start with this character", false)
        case "block sequence entries are not allowed in this context": return ("a '-' stands where no list can start", false)
        case "did not find expected key":
            return ("this line does not fit the mapping that starts on line \(problem.contextPlace.line)", false)
        case "did not find expected '-' indicator":
            return ("this line does not fit the list that starts on line \(problem.contextPlace.line)", false)
        case "did not find expected ',' or '}'": return ("',' or '}' is expected here, for the '{' \(opened)", false)
        case "did not find expected ',' or ']'": return ("',' or ']' is expected here, for the '[' \(opened)", false)
        case "did not find expected <document start>": return ("there is text after the end of the document", false)
        case "did not find expected node content": return ("a value is expected here", false)
        case "found unknown escape character": return ("this escape is unknown", false)
        case let other: return (problem.context.isEmpty ? other : "\(other) \(problem.context)", false)
        }
    }

    /// A guess from the lines around the problem.
    private static func lineHint(_ problem: YAMLProblem, in bytes: [UInt8]) -> String? {
        let number = problem.place.line
        let suspects = Set([number, number - 1, problem.contextPlace.line]).filter { $0 > 0 }.sorted()
        for suspect in suspects {
            let line = TextPlaces.line(suspect, in: bytes)
            if line.prefix(while: { $0 == " " || $0 == "\t" || $0 == "-" }).contains("\t") {
                return "line \(suspect) is indented with a tab; use spaces"
            }
        }
        if problem.context.contains("quoted scalar") { return nil }
        for suspect in suspects where lacksSpaceAfterColon(TextPlaces.line(suspect, in: bytes)) {
            return "put a space after the ':' on line \(suspect)"
        }
        return nil
    }

    /// Whether the line looks like `name:value`.
    private static func lacksSpaceAfterColon(_ line: String) -> Bool {
        let text = line.drop { $0 == " " || $0 == "-" }
        let name = text.prefix { $0.isLetter || $0.isNumber || "._-/".contains($0) }
        let rest = text[name.endIndex...]
        guard !name.isEmpty, rest.first == ":", let next = rest.dropFirst().first, next != " " else { return false }
        return !rest.contains(": ") && !rest.hasSuffix(":") && !rest.hasPrefix("://")
    }

    private static func problemHint(_ problem: YAMLProblem) -> String? {
        switch problem.problem {
        case "mapping values are not allowed in this context": "quote a value that contains ': ', or align this line with its neighbours"
        case "could not find expected ':'": "write it as 'name: value', with the ':' and a space"
        case "found unexpected end of stream", "found unexpected document indicator": "add the closing quote"
        case "found character that cannot start any token": "quote the value"
        case "block sequence entries are not allowed in this context": "start the list on a line of its own, below its name"
        case "did not find expected key", "did not find expected '-' indicator":
            "align it with the lines above it, and look for an unclosed quote or bracket before it"
        case "did not find expected ',' or '}'", "did not find expected ',' or ']'":
            "add what is missing, or quote a value that contains brackets or braces"
        case "did not find expected <document start>":
            "look for a stray quote or a wrong indentation above it, or separate documents with a line of three dashes"
        case "found unknown escape character": "use single quotes to keep a backslash, or write two of them"
        case "did not find expected alphabetic or numeric character": "quote a value that starts with '*' or '&'"
        default: nil
        }
    }
}
