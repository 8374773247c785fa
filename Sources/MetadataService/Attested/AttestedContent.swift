import Surroundings
import WireFormats

/// The content of an attested document: a pure function of the machine, the version, the nonce and the instant (source: imds.md §7).
enum AttestedContent {
    /// How long a document is good for.
    static let lifetimeSeconds: Int64 = 6 * 3600

    /// Members that appeared after the first version, 2018-04-02.
    private static let since = ["subscriptionId": "2019-04-30", "sku": "2019-11-01", "licenseType": "2020-09-01"]

    /// The signed bytes: compact JSON, members in the order of decoded documents, every value a string.
    ///
    /// - Parameters:
    ///   - version: an api-version the service knows; as text they compare as dates.
    ///   - nonce: the caller's; nil to have one made of the instant of expiry, as every decoded document shows (the documentation's sample has
    ///     the instant of creation).
    static func bytes(_ facts: AttestedFacts, version: String, nonce: AttestedNonce?, at now: UnixSeconds) -> [UInt8] {
        let created = CivilTime(now)
        let expires = CivilTime(now + lifetimeSeconds)
        let members: [JSONMember] = [
            JSONMember("licenseType", .string(facts.licenseType)),
            JSONMember("nonce", .string(nonce?.text ?? expires.attestedNonce)),
            JSONMember(
                "plan",
                [
                    "name": .string(facts.plan.name), "product": .string(facts.plan.product), "publisher": .string(facts.plan.publisher),
                ]),
            JSONMember("sku", .string(facts.sku)),
            JSONMember("subscriptionId", .string(facts.subscriptionID)),
            JSONMember(
                "timeStamp",
                ["createdOn": .string(created.attestedTimestamp), "expiresOn": .string(expires.attestedTimestamp)]),
            JSONMember("vmId", .string(facts.vmID)),
        ]
        return JSONValue.object(members.filter { since[$0.name].map { version >= $0 } ?? true }).bytes()
    }
}
