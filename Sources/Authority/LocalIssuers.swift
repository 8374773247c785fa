public import WireFormats

/// Issuers of assertions that live in this very process, such as the cluster's: their keys are asked for here and never fetched.
public protocol LocalIssuers: Sendable {
    /// The JSON Web Key Set of an issuer, exactly as its `jwks_uri` would answer it; nil for an issuer that is not ours.
    ///
    /// Called off the event loop, for every assertion of an issuer that a federated identity credential names.
    func keySet(of issuer: String) -> JSONValue?
}
