extension JSONValue {
    /// This object with the member called `name` set: in its place if it is there, else at the end.
    package func setting(_ name: String, _ value: JSONValue) -> JSONValue {
        guard case .object(var members) = self else { return .object([JSONMember(name, value)]) }
        if let index = members.lastIndex(where: { $0.name == name }) {
            members[index] = JSONMember(name, value)
        } else {
            members.append(JSONMember(name, value))
        }
        return .object(members)
    }

    /// The value that `path` leads to through objects; nil when it leads nowhere.
    package subscript(path path: [String]) -> JSONValue? {
        var value: JSONValue? = self
        for name in path { value = value?[name] }
        return value
    }

    /// This document with the value at `path` replaced; objects on the way are made when they are missing.
    package func setting(path: some Collection<String>, _ value: JSONValue) -> JSONValue {
        guard let name = path.first else { return value }
        return setting(name, (self[name] ?? [:]).setting(path: path.dropFirst(), value))
    }
}
