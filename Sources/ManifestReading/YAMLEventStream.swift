internal import CYAML

/// One event of libyaml's parser, as values.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd, alias, scalar, sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }

    var kind: Kind
    var place: Complaint.Place
    /// The scalar's text, or the name an alias refers to.
    var text = ""
    /// Whether the scalar is to be understood by its looks: written plainly, without quotes and without a tag.
    var isPlain = false
    var tag: String?
    var anchor: String?
}

/// libyaml's words for why it stopped.
struct YAMLProblem {
    var problem: String
    var place: Complaint.Place
    var context: String
    var contextPlace: Complaint.Place
    /// Set when the text could not even be read as characters; the place is then unknown.
    var byteOffset: Int?
}

/// libyaml's event parser over bytes that outlive it.
///
/// The only owner of a `yaml_parser_t`.
///
/// One at a time, from one thread: it is made, read to its end or to its first problem, and dropped within one call.
@safe struct YAMLEventStream: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// Runs `body` with a stream over `bytes` from `start` on.
    ///
    /// The stream cannot outlive the bytes because it cannot leave `body`.
    static func reading<Result>(
        _ bytes: [UInt8], from start: Int, _ body: (inout YAMLEventStream) throws(Complaint) -> Result
    ) throws(Complaint) -> Result {
        // SAFETY: the pointer is used by the stream only, and the stream is gone when the closure returns.
        try unsafe bytes.withUnsafeBufferPointer { (whole) throws(Complaint) -> Result in
            guard var stream = unsafe YAMLEventStream(borrowing: UnsafeBufferPointer(rebasing: whole[start...])) else {
                throw Complaint(
                    place: .init(line: 1, column: 0), document: 1, reason: "there is not enough memory to read it", isFinal: true)
            }
            return try body(&stream)
        }
    }

    private init?(borrowing input: UnsafeBufferPointer<UInt8>) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        // SAFETY: initialize zeroes the memory first and releases what it took when it fails.
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.deallocate()
            return nil
        }
        unsafe self.parser = unsafe parser
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }

    /// The next event, or nil when the parser stopped at a problem.
    mutating func next() -> YAMLEvent? {
        var event = unsafe yaml_event_t()
        // SAFETY: parse zeroes the event first, so deleting it is right after a failure too.
        defer { unsafe yaml_event_delete(&event) }
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { return nil }
        let mark = unsafe event.start_mark
        let place = Complaint.Place(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            // SAFETY: the union member that belongs to the event's type; libyaml gives a length beside the text.
            let scalar = unsafe event.data.scalar
            let text = unsafe String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return unsafe YAMLEvent(
                kind: .scalar, place: place, text: text, isPlain: scalar.plain_implicit != 0, tag: Self.string(scalar.tag),
                anchor: Self.string(scalar.anchor))
        case YAML_ALIAS_EVENT:
            return unsafe YAMLEvent(kind: .alias, place: place, text: Self.string(event.data.alias.anchor) ?? "")
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            return unsafe YAMLEvent(
                kind: .sequenceStart, place: place, tag: Self.string(start.tag), anchor: Self.string(start.anchor))
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            return unsafe YAMLEvent(
                kind: .mappingStart, place: place, tag: Self.string(start.tag), anchor: Self.string(start.anchor))
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, place: place)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, place: place)
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, place: place)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, place: place)
        case YAML_STREAM_START_EVENT: return YAMLEvent(kind: .streamStart, place: place)
        // After the end of the stream libyaml answers with empty events.
        default: return YAMLEvent(kind: .streamEnd, place: place)
        }
    }

    /// Why `next()` returned nil.
    var problem: YAMLProblem {
        // SAFETY: the texts are literals inside libyaml and live as long as the process.
        let problem = unsafe Self.text(parser.pointee.problem)
        let context = unsafe Self.text(parser.pointee.context)
        let mark = unsafe parser.pointee.problem_mark
        let contextMark = unsafe parser.pointee.context_mark
        let atCharacter = unsafe parser.pointee.error == YAML_READER_ERROR
        let isMemory = unsafe parser.pointee.error == YAML_MEMORY_ERROR
        return unsafe YAMLProblem(
            problem: isMemory ? "there is not enough memory to read it" : problem, place: Self.place(mark), context: context,
            contextPlace: Self.place(contextMark), byteOffset: atCharacter ? Int(parser.pointee.problem_offset) : nil)
    }

    private static func place(_ mark: yaml_mark_t) -> Complaint.Place { .init(line: Int(mark.line) + 1, column: Int(mark.column) + 1) }

    /// A text that libyaml owns until the event is deleted, copied.
    private static func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        guard let text = unsafe text else { return nil }
        return unsafe String(cString: text)
    }

    private static func text(_ text: UnsafePointer<CChar>?) -> String {
        guard let text = unsafe text else { return "" }
        return unsafe String(cString: text)
    }
}
