/// Builds documents from libyaml's events: anchors and aliases, merge keys, names, limits.
struct YAMLComposer {
    /// What an anchor stands for, and how many values that is when every alias inside it is written out.
    private struct Anchored {
        var node: ManifestNode
        var size: Int
    }

    private let bytes: [UInt8]
    private let start: Int
    private var document = 0
    private var anchors: [String: Anchored] = [:]
    /// Anchors whose value is not complete yet: an alias to one would contain itself.
    private var open: Set<String> = []
    /// Values of this document so far, aliases written out.
    private var size = 0
    /// Values of this document that aliases stand for.
    private var aliased = 0

    static func documents(in bytes: [UInt8], from start: Int) throws(Complaint) -> [ManifestDocument] {
        try YAMLEventStream.reading(bytes, from: start) { (stream) throws(Complaint) in
            var composer = YAMLComposer(bytes: bytes, start: start)
            return try composer.documents(&stream)
        }
    }

    private init(bytes: [UInt8], start: Int) {
        self.bytes = bytes
        self.start = start
    }

    private mutating func documents(_ stream: inout YAMLEventStream) throws(Complaint) -> [ManifestDocument] {
        var documents: [ManifestDocument] = []
        while true {
            let event = try next(&stream)
            switch event.kind {
            case .streamEnd: return documents
            case .documentStart:
                document += 1
                anchors.removeAll(keepingCapacity: true)
                size = 0
                aliased = 0
                let root = try node(try next(&stream), &stream, depth: 0)
                if !root.isNull { documents.append(ManifestDocument(index: document, line: root.line, root: root)) }
            default: continue
            }
        }
    }

    private func next(_ stream: inout YAMLEventStream) throws(Complaint) -> YAMLEvent {
        guard let event = stream.next() else {
            throw YAMLComplaint.complaint(about: stream.problem, in: bytes, from: start, afterDocument: document)
        }
        return event
    }

    private func complaint(_ place: Complaint.Place, _ reason: String, hint: String? = nil) -> Complaint {
        Complaint(place: place, document: document, reason: reason, hint: hint, isFinal: true)
    }

    private mutating func node(_ event: YAMLEvent, _ stream: inout YAMLEventStream, depth: Int) throws(Complaint) -> ManifestNode {
        if event.kind == .alias { return try resolve(event) }
        let sizeBefore = size
        size += 1
        if let anchor = event.anchor { open.insert(anchor) }
        let value: ManifestNode.Value
        switch event.kind {
        case .scalar: value = try scalar(event)
        case .sequenceStart: value = .array(try sequence(event, &stream, depth: depth))
        case .mappingStart: value = .mapping(try mapping(event, &stream, depth: depth))
        default: throw complaint(event.place, "a value is expected here")
        }
        let node = ManifestNode(value, line: event.place.line)
        if let anchor = event.anchor {
            open.remove(anchor)
            anchors[anchor] = Anchored(node: node, size: size - sizeBefore)
        }
        return node
    }

    private mutating func resolve(_ alias: YAMLEvent) throws(Complaint) -> ManifestNode {
        guard !open.contains(alias.text) else { throw complaint(alias.place, "the alias *\(alias.text) stands inside what it refers to") }
        guard let anchored = anchors[alias.text] else {
            throw complaint(
                alias.place, "the alias *\(alias.text) refers to nothing",
                hint: "define &\(alias.text) before it in the same document, or quote a text that starts with '*'")
        }
        aliased += anchored.size
        size += anchored.size
        guard aliased <= ManifestLimits.aliasedNodes else {
            throw complaint(
                alias.place, "the aliases of this document stand for more than \(ManifestLimits.aliasedNodes) values",
                hint: "write fewer nested aliases")
        }
        return anchored.node
    }

    private func scalar(_ event: YAMLEvent) throws(Complaint) -> ManifestNode.Value {
        do {
            return try YAMLScalar.value(of: event.text, isPlain: event.isPlain, tag: event.tag)
        } catch {
            switch error {
            case .notInJSON:
                throw complaint(event.place, "\(event.text) is a number that JSON cannot hold", hint: "quote it to mean the text")
            case .doesNotFit(let tag): throw complaint(event.place, "\"\(event.text)\" cannot be read as !!\(tag)")
            case .unknownTag(let tag): throw unknown(tag, event.place)
            case .notBase64: throw complaint(event.place, "the text of !!binary is not base64")
            }
        }
    }

    private func unknown(_ tag: String, _ place: Complaint.Place) -> Complaint {
        complaint(place, "the tag \(tag) is unknown", hint: "remove it, or quote a text that starts with '!'")
    }

    /// A collection's tag says only what it is, or is refused.
    private func checkCollection(_ event: YAMLEvent, tag: String, depth: Int) throws(Complaint) {
        if let given = event.tag, given != "!", given != "tag:yaml.org,2002:\(tag)" { throw unknown(given, event.place) }
        guard depth < ManifestLimits.depth else {
            throw complaint(event.place, "mappings and lists are nested deeper than \(ManifestLimits.depth) levels")
        }
    }

    private mutating func sequence(
        _ event: YAMLEvent, _ stream: inout YAMLEventStream, depth: Int
    ) throws(Complaint) -> [ManifestNode] {
        try checkCollection(event, tag: "seq", depth: depth)
        var elements: [ManifestNode] = []
        while true {
            let event = try next(&stream)
            if event.kind == .sequenceEnd { return elements }
            elements.append(try node(event, &stream, depth: depth + 1))
        }
    }

    private mutating func mapping(
        _ event: YAMLEvent, _ stream: inout YAMLEventStream, depth: Int
    ) throws(Complaint) -> [ManifestMember] {
        try checkCollection(event, tag: "map", depth: depth)
        var members = UniqueMembers()
        /// Names that came by a merge: they may be written once more.
        var merged: Set<String> = []
        while true {
            let event = try next(&stream)
            if event.kind == .mappingEnd { return members.list }
            if isMerge(event) {
                let value = try next(&stream)
                let node = try node(value, &stream, depth: depth + 1)
                // go-yaml v2 works in order of writing: a merge replaces what stands before it, what stands after it replaces the merge.
                for member in try mergeable(node, value.place) {
                    if let place = members.place(of: member.name) {
                        members.replace(at: place, with: member)
                    } else {
                        members.append(member)
                        merged.insert(member.name)
                    }
                }
                continue
            }
            let name = try name(event)
            let node = try node(try next(&stream), &stream, depth: depth + 1)
            let member = ManifestMember(name: name, nameLine: event.place.line, node: node)
            guard let place = members.place(of: name) else {
                members.append(member)
                continue
            }
            guard merged.remove(name) != nil else {
                throw UniqueMembers.complaint(
                    name: name, first: members.list[place].nameLine, again: event.place, document: document)
            }
            members.replace(at: place, with: member)
        }
    }

    private func isMerge(_ event: YAMLEvent) -> Bool {
        event.kind == .scalar && event.text == "<<" && (event.isPlain || event.tag == "tag:yaml.org,2002:merge")
    }

    /// The members that a merge brings in.
    ///
    /// Of several mappings the first that has a name wins.
    private func mergeable(_ node: ManifestNode, _ place: Complaint.Place) throws(Complaint) -> [ManifestMember] {
        let refusal = complaint(place, "'<<' takes a mapping or a list of mappings, not \(node.kindName)")
        switch node.value {
        case .mapping(let members): return members
        case .array(let elements):
            var members = UniqueMembers()
            for element in elements {
                guard case .mapping(let each) = element.value else { throw refusal }
                for member in each where members.place(of: member.name) == nil { members.append(member) }
            }
            return members.list
        default: throw refusal
        }
    }

    private mutating func name(_ event: YAMLEvent) throws(Complaint) -> String {
        let value: ManifestNode.Value
        switch event.kind {
        case .scalar:
            if let special = YAMLName.specialFloat(event) { return special }
            value = try scalar(event)
            if let anchor = event.anchor { anchors[anchor] = Anchored(node: ManifestNode(value, line: event.place.line), size: 1) }
        case .alias: value = try resolve(event).value
        default: value = .mapping([])
        }
        switch value {
        case .string(let text): return text
        case .number(let number): return YAMLName.name(forNumber: number)
        case .bool(let boolean): return boolean ? "true" : "false"
        case .null: throw complaint(event.place, "a name is missing before ':'", hint: "quote it to mean the text: \"\(event.text)\"")
        case .array, .mapping:
            throw complaint(
                event.place, "a mapping or list cannot be a name",
                hint: "quote a text that contains braces or brackets, such as \"{{ value }}\"")
        }
    }
}
