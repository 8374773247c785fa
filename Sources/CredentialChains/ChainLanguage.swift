/// The languages whose Azure SDK has a chain we know.
public enum ChainLanguage: String, CaseIterable, Sendable {
    case python
    case go
    case net
    case js
    case java
    case rust
    case cpp

    /// Its table.
    public var table: ChainTable {
        switch self {
        case .python: .python
        case .go: .go
        case .net: .net
        case .js: .js
        case .java: .java
        case .rust: .rust
        case .cpp: .cpp
        }
    }
}
