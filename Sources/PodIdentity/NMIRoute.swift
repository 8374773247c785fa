import HTTPServing
import IdentityModel
import WireFormats

/// Where NMI's router sends a request: first match wins, every method is taken (source: nmi.md §1.2).
enum NMIRoute: Equatable {
    /// Rule 0: the path is not canonical; 301 to the place given.
    case redirect(location: String)
    /// Rule 1: prefix `/{metadata, any case}/identity/oauth2/token`.
    case token
    /// Rule 2: anything that looks like an attempt to slip past rule 1 (CVE-2022-23551).
    case invalid
    /// Rule 3: prefix `/host/token`.
    case hostToken
    /// Rule 4: prefix `/{metadata, any case}/instance`, only when that is blocked.
    case blockedInstance
    /// Rule 5: everything else goes to the metadata service behind.
    case proxy

    /// The route of a request.
    ///
    /// Matching is on the decoded path, which is what let backslashes through once.
    static func route(_ request: HTTPRequest, settings: NMISettings) -> NMIRoute {
        let raw = request.rawPath
        // The path every SDK asks for, told apart without decoding.
        if raw == "/metadata/identity/oauth2/token" { return .token }
        if let location = GoPath.redirect(for: request) { return .redirect(location: location) }
        let bytes = Array(GoPath.decoded(request).utf8)
        if afterMetadata(bytes, at: 0).map({ bytes[$0...].starts(with: "/identity/oauth2/token".utf8) }) == true { return .token }
        if containsTokenPattern(bytes) { return .invalid }
        if bytes.starts(with: "/host/token".utf8) { return .hostToken }
        if settings.blockInstanceMetadata, afterMetadata(bytes, at: 0).map({ bytes[$0...].starts(with: "/instance".utf8) }) == true {
            return .blockedInstance
        }
        return .proxy
    }

    /// The index after `/metadata` at `index`, its letters in any case; nil when it does not stand there.
    private static func afterMetadata(_ bytes: [UInt8], at index: Int) -> Int? {
        let word = Array("/metadata".utf8)
        guard index + word.count <= bytes.count else { return nil }
        for offset in word.indices where (bytes[index + offset] | 0x20) != (word[offset] | 0x20) || (offset == 0 && bytes[index] != word[0])
        {
            return nil
        }
        return index + word.count
    }

    /// Whether `/(?i:metadata)/identity(.*?)oauth2(.*?)token` stands anywhere; `.` stops at a newline.
    private static func containsTokenPattern(_ bytes: [UInt8]) -> Bool {
        for start in bytes.indices where bytes[start] == UInt8(ascii: "/") {
            guard let end = afterMetadata(bytes, at: start), bytes[end...].starts(with: "/identity".utf8) else { continue }
            let line = bytes[(end + "/identity".utf8.count)...].prefix { $0 != UInt8(ascii: "\n") }
            if let middle = firstEnd(of: "oauth2", in: line), firstEnd(of: "token", in: line[middle...]) != nil { return true }
        }
        return false
    }

    /// The index after the first occurrence of `word`.
    private static func firstEnd(of word: String, in bytes: ArraySlice<UInt8>) -> Int? {
        let needle = Array(word.utf8)
        guard bytes.count >= needle.count else { return nil }
        for index in bytes.startIndex...(bytes.endIndex - needle.count) where bytes[index...].starts(with: needle) {
            return index + needle.count
        }
        return nil
    }

    // MARK: Quirks

    /// What of the router's odd ways led a request here; nothing for the one path every SDK asks for.
    func quirks(_ request: HTTPRequest) -> [NMIQuirk] {
        var quirks: [NMIQuirk] = []
        if self == .token || self == .hostToken, !request.methodIs("GET") { quirks.append(.methodsNotChecked) }
        let raw = request.rawPath
        guard raw != "/metadata/identity/oauth2/token", self != .proxy else { return quirks }
        if case .redirect = self { return [.redirectsBeforeRules] }
        let path = Percent.decodePath(raw) ?? raw
        if path != raw { quirks.append(.matchesDecodedPath) }
        if self == .invalid { return quirks + [.invalidRuleUnanchored] }
        let exact = self == .hostToken ? "/host/token" : self == .token ? "/metadata/identity/oauth2/token" : "/metadata/instance"
        if path.utf8.count > exact.utf8.count { quirks.append(.prefixRoutes) }
        if !path.utf8.starts(with: exact.utf8) { quirks.append(.firstSegmentIgnoresCase) }
        if self == .blockedInstance, !request.headerIs("Metadata", "true") { quirks.append(.blocksWithoutHeader) }
        return quirks
    }
}
