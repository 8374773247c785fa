/// What NMI and MIC do and nobody would expect: each is emulated, used where it lives, and told in the decisions it made a difference to.
enum NMIQuirk: String, CaseIterable {
    // Routes
    case redirectsBeforeRules
    case prefixRoutes
    case firstSegmentIgnoresCase
    case matchesDecodedPath
    case invalidRuleUnanchored
    case methodsNotChecked
    // Requests
    case metadataTrueExactly
    case blocksWithoutHeader
    case objectIDIgnored
    // Callers
    case exceptionValuesIgnoreCase
    case anyMicReplicaSet
    case exceptedIgnoreResourceID
    case exceptedFailWith403
    // Choice
    case missingLabelIsEmpty
    case randomChoice
    case choiceMindsCase
    case noStateHidesAssigned
    case waitsForUnknownID
    case emptyListPanics
    // Tokens
    case asksByClientID
    case noClientIDIsSystemAssigned
    case refusalIs403
    case sleepsAfterLastAttempt
    // Service principals
    case anyKeyOfSecret
    case severalTenantsFailWith503
    case certificateForOneTenant
    case oldCertificateFilesOnly
    case otherKeysPanic
    // Host route
    case hostRouteNeedsNoPod
    case hostRouteNeverRetryAfter
    case hostRoutePrimaryOnly
    // MIC
    case namesakesPullIdentities
    case oneObjectOfAName

    /// The section of nmi.md that proves it.
    var source: String { facts.source }

    /// What happens, in one sentence.
    var sentence: String { facts.sentence }

    /// As decisions show it.
    var note: String { "\(rawValue): \(sentence)" }

    private var facts: (source: String, sentence: String) {
        switch self {
        case .redirectsBeforeRules: ("§1.2", "A path with doubled slashes or dots is redirected before any rule or header is looked at.")
        case .prefixRoutes: ("§1.2", "Routes are prefixes: whatever follows the path is ignored.")
        case .firstSegmentIgnoresCase: ("§1.2", "The first segment of the path is compared in any case, the others are not.")
        case .matchesDecodedPath: ("§1.2", "Percent escapes are decoded before the path is matched.")
        case .invalidRuleUnanchored: ("§1.2", "Whatever looks like the token path anywhere in a path is refused.")
        case .methodsNotChecked: ("§1.2", "Every method is answered like GET, and only the query is read.")
        case .metadataTrueExactly: ("§1.3", "The header Metadata must be true in lower case; True and 1 are refused.")
        case .blocksWithoutHeader: ("§1.7", "A blocked path is refused before the header Metadata is asked for.")
        case .objectIDIgnored: ("§1.3", "object_id is never read: asking by it is asking for any identity.")
        case .exceptionValuesIgnoreCase: ("§3.4", "Values of an exception's labels are compared in any case, keys are not.")
        case .anyMicReplicaSet: ("§1.5", "Any ReplicaSet whose name begins with mic bypasses identity checks in MIC's namespace.")
        case .exceptedIgnoreResourceID: ("§2.5", "An excepted pod's resource id is ignored: it gets the node's default identity.")
        case .exceptedFailWith403: ("§1.7", "Every failure of an excepted pod's token is a 403.")
        case .missingLabelIsEmpty: ("§3.3", "In managed mode a missing label reads as empty and fits a binding with an empty selector.")
        case .randomChoice: ("§3.3", "Of several identities one is taken at random, anew in each request.")
        case .choiceMindsCase:
            ("§3.3", "The wait compares ids in any case and the choice with their case, so one in another case is refused at once.")
        case .noStateHidesAssigned: ("§1.8", "Assigned identities without a state hide those that are Assigned.")
        case .waitsForUnknownID: ("§1.8", "An id the pod does not have is waited for to the end, though others are Assigned.")
        case .emptyListPanics: ("§1.7", "When namespaces leave nothing to choose from, NMI runs past the end of its list.")
        case .asksByClientID: ("§2.2", "The metadata service is asked by client id, also when the pod asked by resource id.")
        case .noClientIDIsSystemAssigned: ("§2.2", "An AzureIdentity without a client id gives the node's system-assigned token.")
        case .refusalIs403: ("§1.7", "Whatever the metadata service or Entra refuses with becomes a 403.")
        case .sleepsAfterLastAttempt: ("§2.2", "After the fifth attempt NMI sleeps once more before it gives up: 112 s.")
        case .anyKeyOfSecret: ("§2.3", "Of a Secret with several values any one is the client secret, whatever its key is called.")
        case .severalTenantsFailWith503:
            ("§1.7", "A refusal by one of several tenants is wrapped, and no longer counts as one: 503 instead of 403.")
        case .certificateForOneTenant: ("§2.4", "With a certificate auxiliary tenants are ignored.")
        case .oldCertificateFilesOnly:
            ("§1.7", "A PKCS#12 file must be of the old kind: a MAC by SHA-1 and ciphers derived as PKCS#12 once did.")
        case .otherKeysPanic: ("§2.4", "A certificate's key is taken for RSA unchecked: another one makes NMI panic.")
        case .hostRoutePrimaryOnly: ("§2.1", "The host route gives the primary tenant's token alone.")
        case .hostRouteNeedsNoPod: ("§1.6", "In standard mode the host route asks nobody whether the pod exists.")
        case .hostRouteNeverRetryAfter: ("§1.6", "The host route says 404 for a missing identity, also when told to set Retry-After.")
        case .namesakesPullIdentities:
            ("§5.2", "MIC passes over pods of the same name in any namespace when it asks who else needs an identity.")
        case .oneObjectOfAName:
            ("§4", "MIC tells its objects apart by name alone: of pods whose names and namespaces run together, one goes without.")
        }
    }
}

extension [NMIQuirk] {
    /// As decisions show them.
    var notes: [String] { map(\.note) }
}
