/// What a workload gets today, by every way of asking.
struct TodayAnswers: Sendable {
    /// Asked without an id, as often as there are candidates: a random choice shows all it can come to.
    var unnamed: [Observation] = []
    /// Asked by the ids of its candidates.
    var named: [Observation] = []
    /// What NMI answers to somebody on the node who asks in its name; nil where nobody does.
    var onBehalf: Observation?
    /// Identities that a binding's selector ties to it, in whatever namespace; whether it gets them the answers say.
    var candidates: [KnownIdentity] = []

    /// All of it.
    var all: [Observation] { unnamed + named }

    /// Whether NMI lets it past to the node's identities, by an exception or because it looks like MIC.
    var bypassesNMI: Bool { all.contains { $0.matched.contains { $0.hasPrefix("AzurePodIdentityException") } || $0.isByLooks } }

    /// The identities it got tokens of, or would have got but for a Secret that is not in the export; what it gets without an id first.
    func reached(in catalogue: IdentityCatalogue) -> [KnownIdentity] {
        var found: [KnownIdentity] = []
        for observation in all {
            guard let identity = observation.identity(in: catalogue), !found.contains(identity) else { continue }
            found.append(identity)
        }
        // Of a random choice the first by name is as good as any, and the same every time.
        let random = Set(unnamed.compactMap { $0.identity(in: catalogue) })
        return random.count > 1 ? random.sorted { $0.name < $1.name } + found.filter { !random.contains($0) } : found
    }
}
