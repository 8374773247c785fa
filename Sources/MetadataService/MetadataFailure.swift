import TokenIssuance

/// Everything the metadata service refuses with, named after the condition.
///
/// Bytes are decided in `MetadataWire` alone.
enum MetadataFailure: Error, Hashable {
    /// Which of the two error envelopes a path answers with (source: imds.md §10).
    enum Family: Hashable {
        /// `{ "error": "…" }`: instance, attested, load balancer, scheduled events.
        case instance
        /// `{"error":"…","error_description":"…"}`: everything below `/metadata/identity`.
        case identity
    }

    /// E1, E2: no `Metadata: true`.
    case metadataHeaderMissing(Family)
    /// E15: an `X-Forwarded-For` header, whatever it holds.
    case forwarded(Family)
    /// E15: a query parameter given twice.
    case parameterRepeated(String, Family)
    /// E15: a method the path does not take.
    case methodNotAllowed(String, Family)
    /// E3: `api-version` is missing or none of those the category knows.
    case versionUnknown
    /// A `cred-api-version` that token binding does not know, or none.
    case credentialVersionUnknown(String?)
    /// E4, E5: no such path.
    case pathUnknown(Family)
    /// E6: a leaf, in another form than text.
    case leafNeedsText(String)
    /// A `format` that is neither `json` nor `text`, or not one the path has.
    case formatUnknown(String)
    /// E16 and its kin: what the load balancer's service refuses with.
    case loadBalancer(LoadBalancerFailure)
    /// E7, E8: more requests than the service takes.
    case throttled(Family)
    /// E13: a request that the host's front end turns away before the metadata service sees it.
    case turnedAwayAtFrontEnd
    /// E11: no `resource`.
    case resourceMissing
    /// E9: the node has no identity, or not the one that was named.
    case identityNotFound
    /// E10: several user-assigned identities and none named.
    case severalIdentities
    /// Two selectors that exclude one another.
    case selectorsExclusive
    /// E12: Entra's own refusal, passed through.
    case entra(EntraError)
    /// A POST to scheduled events whose body does not approve events; what is wrong with it.
    case startRequestsMalformed(String)
    /// An approval of an event that no client was told of.
    case eventUnknown(String)
    /// A nonce that no attested document can carry; what is the matter with it.
    case nonceUnacceptable(String)
    /// A request for a bound certificate that is not one.
    case credentialRequest(CredentialRequestFailure)
    /// Signing failed: ours to mend, not the caller's.
    case tokenUnavailable
    /// Signing an attested document failed: ours to mend.
    case documentUnavailable
    /// Issuing a bound certificate failed: ours to mend.
    case credentialUnavailable
}
