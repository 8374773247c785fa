public import HTTPServing
public import IdentityStore
public import MetadataService
public import PodIdentity

/// The emulated metadata service in the place NMI has it: behind.
public struct NodeMetadata: LocalMetadataUpstream {
    private let metadata: MetadataService

    /// NMI in front of `metadata`.
    public init(metadata: MetadataService) { self.metadata = metadata }

    /// Answers as the metadata service would, and records nothing.
    public func answer(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer {
        metadata.respondUnrecorded(to: request, in: snapshot)
    }
}
