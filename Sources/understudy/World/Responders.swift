import HTTPServing
import IdentityModel
import IdentityStore
import MetadataService
import PodIdentity
import ResourceManager

/// What the metadata listener serves follows the node's plane, which a manifest may change while it runs.
struct PlaneResponder: HTTPResponder {
    let store: IdentityStore
    let metadata: MetadataService
    let podIdentity: PodIdentityService

    func respond(to request: HTTPRequest) -> HTTPAnswer {
        // One look at the store for the whole request, this choice included.
        let snapshot = store.current
        return snapshot.plane == .podIdentity ? podIdentity.respond(to: request, in: snapshot) : metadata.respond(to: request, in: snapshot)
    }
}

/// The authority and the resource manager share a listener, as they share a certificate: the host tells them apart, or the path.
struct HostResponder: HTTPResponder {
    let authority: any HTTPResponder
    let manager: ResourceManagerService

    func respond(to request: HTTPRequest) -> HTTPAnswer {
        ResourceManagerService.serves(request) ? manager.respond(to: request) : authority.respond(to: request)
    }
}
