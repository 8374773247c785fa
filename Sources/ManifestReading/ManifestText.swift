/// Manifest text, YAML or JSON, as documents.
///
/// YAML is understood as `kubectl` understands it (sigs.k8s.io/yaml, which is go-yaml v2): YAML 1.1's booleans and octals, merge keys,
/// numbers and booleans as names turned into text. Stricter than there: a name given twice is an error, and so is a tag we do not know.
public enum ManifestText {
    /// Reads every document of a file.
    ///
    /// - Parameters:
    ///   - bytes: the file, UTF-8, with or without a byte order mark; one JSON value or several in a row, or YAML documents.
    ///   - file: the file's name, for errors only.
    /// - Returns: the documents that hold something, in the order of the file.
    /// - Throws: the first error of the file; a file is read whole or not at all.
    public static func documents(in bytes: [UInt8], file: String) throws(ManifestSyntaxError) -> [ManifestDocument] {
        do {
            return try read(bytes)
        } catch {
            throw error.error(file: file)
        }
    }

    private static func read(_ bytes: [UInt8]) throws(Complaint) -> [ManifestDocument] {
        guard bytes.count <= ManifestLimits.bytes else {
            throw Complaint(
                place: .init(line: 1, column: 0), document: 1, reason: "the file has \(bytes.count) bytes, which is more than 256 MiB",
                hint: "split it into several files")
        }
        try checkEncoding(of: bytes)
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let start = bytes.starts(with: mark) ? mark.count : 0
        guard let first = bytes[start...].first(where: { !JSONReader.isSpace($0) }) else { return [] }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return try YAMLComposer.documents(in: bytes, from: start) }
        return try readBraced(bytes, from: start)
    }

    /// A text that starts like JSON may be YAML in flow style.
    ///
    /// JSON is tried first: libyaml refuses surrogate pairs in escapes, and tabs.
    private static func readBraced(_ bytes: [UInt8], from start: Int) throws(Complaint) -> [ManifestDocument] {
        let asJSON: Complaint
        do {
            return try JSONReader.documents(in: bytes, from: start)
        } catch {
            if error.isFinal { throw error }
            asJSON = error
        }
        do {
            return try YAMLComposer.documents(in: bytes, from: start)
        } catch {
            // Both grammars refuse it. The one that got further is the one the author had in mind.
            let yamlGotFurther = (error.place.line, error.place.column) > (asJSON.place.line, asJSON.place.column)
            throw error.isFinal || yamlGotFurther ? error : asJSON
        }
    }

    private static func checkEncoding(of bytes: [UInt8]) throws(Complaint) {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let offset = error.byteOffsets.lowerBound
            let isUTF16 = bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff])
            throw Complaint(
                place: TextPlaces.place(ofByte: offset, in: bytes), document: TextPlaces.document(ofByte: offset, in: bytes),
                reason: "the text is not UTF-8", hint: isUTF16 ? "it looks like UTF-16; save the file as UTF-8" : "save the file as UTF-8")
        }
    }
}
